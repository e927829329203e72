#include "core/params.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/text.h"

namespace tidemill {

bool is_text(ParamType type) {
  switch (type) {
    case ParamType::string:
    case ParamType::date:
    case ParamType::datetime:
    case ParamType::duration:
    case ParamType::secret:
      return true;
    case ParamType::integer:
    case ParamType::number:
    case ParamType::boolean:
    case ParamType::array:
    case ParamType::object:
      return false;
  }
  UNREACHABLE();
}

bool is_secret(const ParamSpec& spec) { return spec.type == ParamType::secret; }

Json::Object shown_params(const Dag& dag, const Json::Object& values) {
  Json::Object shown = values;
  for (auto& [name, value] : shown) {
    for (const ParamSpec& spec : dag.params) {
      if (spec.name == name && is_secret(spec) && !value.is_null()) value = Json("***");
    }
  }
  return shown;
}

namespace {

Json comma_list(std::string_view text) {
  Json::Array items;
  if (text.empty()) return Json(std::move(items));
  for (const std::string_view piece : split(text, ',')) items.emplace_back(piece);
  return Json(std::move(items));
}

// What a text stands for under the declared type. A text that does not fit stays a string, and
// check_param refuses it with its own words; only JSON that is broken is an error here.
Result<Json> read_text(const ParamSpec& spec, const std::string& text) {
  const bool structured = spec.type == ParamType::array || spec.type == ParamType::object;
  if (spec.type == ParamType::array && spec.items && is_text(*spec.items) &&
      !text.starts_with('[')) {
    return comma_list(text);
  }
  if (is_text(spec.type)) return Json(text);
  Result<Json> value = parse_json(text);
  if (structured) return value;
  const bool exact = value && trim(text).size() == text.size() &&
                     (value->is_number() || value->is_bool());
  return exact ? std::move(value).value() : Json(text);
}

// The declared parameters by name, and the problems found so far.
class Binder {
 public:
  // `kind`: "parameter of this dag".
  Binder(const std::vector<ParamSpec>& declared, std::string_view kind)
      : declared_(declared), kind_(kind) {
    for (const ParamSpec& spec : declared) specs_.emplace(spec.name, &spec);
  }

  // The declaration of a given name, or nullptr with a problem noted.
  const ParamSpec* declared(const std::string& name) {
    const auto found = specs_.find(name);
    if (found == specs_.end()) {
      problem(name, unknown(name));
      return nullptr;
    }
    if (!given_.emplace(name, Json()).second) {
      problem(name, "is given twice");
      return nullptr;
    }
    return found->second;
  }

  void accept(const ParamSpec& spec, Json value) {
    const bool means_absent = value.is_null() && !spec.required && !spec.default_value;
    const std::string wrong = means_absent ? std::string() : check_param(spec, value);
    if (!wrong.empty()) problem(spec.name, wrong);
    given_[spec.name] = std::move(value);
  }

  void problem(const std::string& name, std::string message) {
    bound_.problems.push_back({printable(name, 80), std::move(message)});
  }

  BoundParams finish() {
    for (const ParamSpec& spec : declared_) {
      const auto found = given_.find(spec.name);
      if (found != given_.end()) {
        bound_.values.emplace_back(spec.name, std::move(found->second));
        continue;
      }
      if (spec.required) problem(spec.name, fmt::format("is required ({})", to_word(spec.type)));
      bound_.values.emplace_back(spec.name, spec.default_value.value_or(Json()));
    }
    if (!bound_.problems.empty()) bound_.values.clear();
    return std::move(bound_);
  }

 private:
  std::string unknown(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const ParamSpec& spec : declared_) names.push_back(spec.name);
    if (const auto meant = nearest(name, names)) {
      return fmt::format("is no {}; did you mean '{}'?", kind_, *meant);
    }
    return fmt::format("is no {}{}", kind_, names.empty() ? ", which has none" : "");
  }

  const std::vector<ParamSpec>& declared_;
  std::string_view kind_;
  std::unordered_map<std::string_view, const ParamSpec*> specs_;
  std::unordered_map<std::string, Json> given_;
  BoundParams bound_;
};

char environment_char(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return plain ? c : '_';
}

constexpr std::string_view kOfDag = "parameter of this dag";

BoundParams bind_json(Binder binder, const Json& given, const std::string& whole) {
  if (!given.is_object()) {
    binder.problem(whole, "must be an object of name and value");
    return binder.finish();
  }
  for (const auto& [name, value] : given.as_object()) {
    const ParamSpec* spec = binder.declared(name);
    if (spec != nullptr) binder.accept(*spec, value);
  }
  return binder.finish();
}

}  // namespace

BoundParams bind_params(const Dag& dag,
                        const std::vector<std::pair<std::string, std::string>>& given) {
  Binder binder(dag.params, kOfDag);
  for (const auto& [name, text] : given) {
    const ParamSpec* spec = binder.declared(name);
    if (spec == nullptr) continue;
    Result<Json> value = read_text(*spec, text);
    if (value) {
      binder.accept(*spec, std::move(value).value());
    } else {
      binder.problem(name, fmt::format("must be an {} as JSON; {}", to_word(spec->type),
                                       value.error().message));
    }
  }
  return binder.finish();
}

BoundParams bind_params(const Dag& dag, const Json& given) {
  return bind_json(Binder(dag.params, kOfDag), given, "params");
}

BoundParams bind_fields(const std::vector<ParamSpec>& form, const Json& given) {
  return bind_json(Binder(form, "field of this form"), given, "fields");
}

std::vector<std::pair<std::string, std::string>> param_environment(const Json::Object& values) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const auto& [name, value] : values) {
    std::string variable = "TIDEMILL_PARAM_";
    for (const char c : name) variable += environment_char(c);
    variables.emplace_back(std::move(variable), to_text(value));
  }
  return variables;
}

}  // namespace tidemill
