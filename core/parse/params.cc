#include "core/params.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "base/text.h"
#include "core/fields_plain.h"
#include "core/parse/param_specs.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// `params:` of the DAG file.
namespace tidemill {
namespace {

using Plain = PlainReading::Kind;

std::optional<ParamType> type_from(const YamlNode* node) {
  constexpr std::array kTypes = {ParamType::string,  ParamType::integer,  ParamType::number,
                                 ParamType::boolean, ParamType::array,    ParamType::object,
                                 ParamType::date,    ParamType::datetime, ParamType::duration,
                                 ParamType::secret};
  if (!is_text(node)) return std::nullopt;
  for (const ParamType type : kTypes) {
    if (to_word(type) == node->text) return type;
  }
  return std::nullopt;
}

// Turns YAML values into JSON values, by the type that is wanted where one is.
class ValueReader {
 public:
  ValueReader(ParseContext& context, std::string where)
      : context_(context), where_(std::move(where)) {}

  std::optional<Json> read(const YamlNode& node, std::optional<ParamType> wanted,
                           std::optional<ParamType> items) {
    switch (node.kind) {
      case YamlNode::Kind::null:
        return Json();
      case YamlNode::Kind::scalar:
        return scalar(node, wanted);
      case YamlNode::Kind::sequence:
        return list(node, items);
      case YamlNode::Kind::map:
        return map(node);
    }
    UNREACHABLE();
  }

 private:
  std::optional<Json> scalar(const YamlNode& node, std::optional<ParamType> wanted) {
    if (node.text.find('\0') != std::string::npos) {
      context_.findings.add(Rule::bad_text, node.mark, fmt::format("{} holds a NUL", where_));
      return std::nullopt;
    }
    const PlainReading reading = node.quoted ? PlainReading{} : read_plain(node.text);
    const bool number_wanted = wanted == ParamType::number || wanted == ParamType::integer;
    const auto number = to_double(node.text);
    if (reading.kind == Plain::ambiguous && number_wanted && number &&
        node.text.find_first_of("eE") != std::string::npos) {
      return Json(*number);
    }
    if (reading.kind == Plain::ambiguous ||
        (reading.kind != Plain::text && wanted && is_text(*wanted))) {
      const bool text = wanted && is_text(*wanted);
      context_.findings.add(
          Rule::ambiguous_scalar, node.mark,
          fmt::format("{} {} without quotes is read as {}", where_, node.text, reading.read_as),
          text || !wanted ? fmt::format("write \"{}\" if the text is meant", node.text)
                          : fmt::format("write a plain {}", to_word(*wanted)));
      return std::nullopt;
    }
    return plain(node, reading, number);
  }

  std::optional<Json> plain(const YamlNode& node, const PlainReading& reading,
                            std::optional<double> number) {
    switch (reading.kind) {
      case Plain::boolean:
        return Json(reading.read_as == "true");
      case Plain::integer:
        if (const auto value = to_int(node.text)) return Json(*value);
        context_.findings.add(
            Rule::bad_default, node.mark,
            fmt::format("{} {} does not fit into 64 bits", where_, printable(node.text, 40)));
        return std::nullopt;
      case Plain::number:
        return Json(number.value_or(0));
      case Plain::text:
      case Plain::ambiguous:
        return Json(node.text);
    }
    UNREACHABLE();
  }

  std::optional<Json> list(const YamlNode& node, std::optional<ParamType> items) {
    Json::Array values;
    for (const YamlNode& item : node.items) {
      auto value = read(item, items, std::nullopt);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return Json(std::move(values));
  }

  std::optional<Json> map(const YamlNode& node) {
    Json::Object members;
    for (const YamlNode::Entry& entry : node.entries) {
      auto value = read(entry.value, std::nullopt, std::nullopt);
      if (!value) return std::nullopt;
      members.emplace_back(entry.key, std::move(*value));
    }
    return Json(std::move(members));
  }

  ParseContext& context_;
  std::string where_;
};

class ParamReader {
 public:
  ParamReader(ParseContext& context, const YamlNode::Entry& entry, const std::string& where)
      : context_(context),
        entry_(entry),
        node_(entry.value),
        where_(where + "." + printable(entry.key, 70)) {}

  ParamSpec read() {
    spec_.name = entry_.key;
    spec_.type = type_from(node_.find("type")).value_or(ParamType::string);
    spec_.items = type_from(node_.find("items"));
    read_bounds();
    read_text(node_.find("pattern"), spec_.pattern);
    read_text(node_.find("description"), spec_.description);
    check_bounds();
    read_allowed();
    read_default();
    read_required();
    return std::move(spec_);
  }

 private:
  void contradiction(const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(Rule::bad_param, at.mark, where_ + ": " + std::move(message),
                          std::move(hint));
  }

  void read_bounds() {
    double number = 0;
    int length = 0;
    if (read_number(node_.find("minimum"), number)) spec_.minimum = number;
    if (read_number(node_.find("maximum"), number)) spec_.maximum = number;
    if (read_int(node_.find("min_length"), length)) spec_.min_length = length;
    if (read_int(node_.find("max_length"), length)) spec_.max_length = length;
  }

  // A bound that cannot hold for the type would be ignored, which is never meant.
  void check_bounds() {
    const ParamType element = spec_.type == ParamType::array
                                  ? spec_.items.value_or(ParamType::string)
                                  : spec_.type;
    const bool numeric = element == ParamType::integer || element == ParamType::number;
    const bool lengthy = spec_.type == ParamType::string || spec_.type == ParamType::secret ||
                         spec_.type == ParamType::array || spec_.type == ParamType::object;
    refuse_unless(numeric, {"minimum", "maximum"});
    refuse_unless(lengthy, {"min_length", "max_length"});
    refuse_unless(element == ParamType::string || element == ParamType::secret, {"pattern"});
    refuse_unless(spec_.type == ParamType::array, {"items"});
    if (spec_.minimum && spec_.maximum && *spec_.minimum > *spec_.maximum) {
      contradiction(*node_.find("minimum"),
                    fmt::format("minimum {} is above maximum {}", *spec_.minimum, *spec_.maximum));
    }
    if (spec_.min_length && spec_.max_length && *spec_.min_length > *spec_.max_length) {
      contradiction(*node_.find("min_length"), fmt::format("min_length {} is above max_length {}",
                                                           *spec_.min_length, *spec_.max_length));
    }
    const bool nested = spec_.items == ParamType::array || spec_.items == ParamType::secret;
    if (spec_.type == ParamType::array && nested) {
      contradiction(*node_.find("items"),
                    fmt::format("items cannot be of type {}", to_word(*spec_.items)));
    }
  }

  void refuse_unless(bool fits, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      const YamlNode* node = node_.find(key);
      if (fits || node == nullptr) continue;
      contradiction(*node, fmt::format("{} means nothing for type {}", key, to_word(spec_.type)),
                    "delete it");
    }
  }

  std::optional<Json> value(const YamlNode& node, std::string_view what,
                            std::optional<ParamType> type) {
    ValueReader reader(context_, fmt::format("{} {}", where_, what));
    return reader.read(node, type, spec_.items);
  }

  // For arrays, `enum` lists what each item may be.
  void read_allowed() {
    const YamlNode* node = node_.find("enum");
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::sequence || node->items.empty()) {
      context_.findings.add(Rule::wrong_type, node->mark, where_ + ".enum must be a list of values",
                            "for example enum: [small, large]");
      return;
    }
    const auto type = spec_.type == ParamType::array ? spec_.items : std::optional(spec_.type);
    ParamSpec single = spec_;
    if (type) single.type = *type;
    for (const YamlNode& item : node->items) {
      auto allowed = value(item, "enum", type);
      if (!allowed) continue;
      const std::string problem = type ? check_param(single, *allowed) : "";
      if (!problem.empty()) refuse_value(item, "the value of enum", problem);
      spec_.allowed.push_back(std::move(*allowed));
    }
  }

  void read_default() {
    const YamlNode* node = node_.find("default");
    if (node == nullptr) return;
    if (spec_.type == ParamType::secret) {
      contradiction(*node, "a secret with a default stands in clear text in the file",
                    "delete the default and give the secret to each run");
      return;
    }
    if (node->kind == YamlNode::Kind::null) {
      contradiction(*node, "the default is null",
                    "write required: false instead, which means null when nothing is given");
      return;
    }
    auto read = value(*node, "default", spec_.type);
    if (!read) return;
    if (const std::string problem = check_param(spec_, *read); !problem.empty()) {
      refuse_value(*node, "the default", problem);
    }
    spec_.default_value = std::move(read);
  }

  void refuse_value(const YamlNode& at, std::string_view what, const std::string& problem) {
    context_.findings.add(Rule::bad_default, at.mark,
                          fmt::format("{}: {} {}", where_, what, problem));
  }

  void read_required() {
    const YamlNode* node = node_.find("required");
    const bool has_default = node_.find("default") != nullptr;
    spec_.required = !has_default;
    bool required = false;
    if (!read_bool(node, required)) return;
    if (required && has_default) {
      contradiction(*node, "a parameter with a default is never missing",
                    "delete required or default");
    }
    spec_.required = required;
  }

  ParseContext& context_;
  const YamlNode::Entry& entry_;
  const YamlNode& node_;
  std::string where_;
  ParamSpec spec_;
};

bool check_name(ParseContext& context, const YamlNode::Entry& entry,
                std::map<std::string, Mark>& seen) {
  if (!is_name(entry.key, "_", "_")) {
    context.findings.add(
        Rule::bad_name, entry.key_mark,
        fmt::format("\"{}\" cannot be a parameter's name", printable(entry.key, 80)),
        "use up to 64 letters, digits and _, and start with a letter or _");
    return false;
  }
  const auto [known, is_new] = seen.emplace(to_lower_ascii(entry.key), entry.key_mark);
  if (is_new) return true;
  context.findings.add(Rule::bad_name, entry.key_mark,
                       fmt::format("the parameter {} differs from the one at {}:{} by case only, "
                                   "so both would be one variable",
                                   entry.key, known->second.line, known->second.column));
  return false;
}

}  // namespace

void read_param_specs(ParseContext& context, const YamlNode& params, const std::string& where,
                      std::vector<ParamSpec>& out) {
  std::map<std::string, Mark> seen;
  for (const YamlNode::Entry& entry : params.entries) {
    if (!check_name(context, entry, seen) || entry.value.kind != YamlNode::Kind::map) continue;
    out.push_back(ParamReader(context, entry, where).read());
  }
}

void read_params(ParseContext& context) {
  const YamlNode* params = context.root.find("params");
  if (params != nullptr) read_param_specs(context, *params, "params", context.dag.params);
}

}  // namespace tidemill
