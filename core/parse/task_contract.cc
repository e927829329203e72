#include "core/parse/task_contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/fields_check.h"
#include "core/parse/values.h"

namespace tidemill {
namespace {

struct NameRule {
  std::string_view what;
  std::string_view rest;  // allowed after the first character besides letters and digits
};

void read_names(ParseContext& context, const YamlNode* list, const NameRule& rule,
                std::vector<std::string>& out) {
  for_each_text(list, [&](const YamlNode& item) {
    if (!is_name(item.text, "_", rule.rest)) {
      context.findings.add(
          Rule::bad_name, item.mark,
          fmt::format("\"{}\" cannot be the name of {}", printable(item.text, 80), rule.what),
          fmt::format("use up to 64 letters, digits and {}, and start with a letter or _",
                      rule.rest));
    } else if (std::find(out.begin(), out.end(), item.text) != out.end()) {
      context.findings.add(Rule::repeated_item, item.mark,
                           fmt::format("{} is given twice", item.text));
    } else {
      out.push_back(item.text);
    }
  });
}

void read_artifacts(ParseContext& context, const YamlNode& artifacts, TaskSpec& task) {
  for (const YamlNode::Entry& entry : artifacts.entries) {
    if (!is_name(entry.key, "_", "_")) {
      context.findings.add(
          Rule::bad_name, entry.key_mark,
          fmt::format("\"{}\" cannot be the name of an artifact", printable(entry.key, 80)),
          "use up to 64 letters, digits and _, and start with a letter or _");
    }
    if (!is_text(&entry.value)) continue;
    const std::string& path = entry.value.text;
    if (const std::string refusal = refuse_artifact_path(path); !refusal.empty()) {
      context.findings.add(
          Rule::bad_path, entry.value.mark,
          fmt::format("the path \"{}\" of the artifact {}", printable(path, 80), entry.key) + " " +
              refusal,
          "name a file or directory below $TIDEMILL_OUT");
      continue;
    }
    for (const ArtifactSpec& other : task.artifacts) {
      if (to_lower_ascii(other.path) != to_lower_ascii(path)) continue;
      context.findings.add(
          Rule::bad_path, entry.value.mark,
          fmt::format("the artifacts {} and {} lie at one path", other.name, entry.key));
    }
    task.artifacts.push_back({entry.key, path});
  }
}

bool is_declared(const TaskSpec& task, std::string_view name) {
  return std::find(task.outputs.begin(), task.outputs.end(), name) != task.outputs.end() ||
         std::find(task.metrics.begin(), task.metrics.end(), name) != task.metrics.end();
}

// "more than 100" is no comparison: the value would have to be these words.
bool looks_like_comparison(std::string_view text) {
  constexpr std::array<std::string_view, 15> kWords = {
      "more",  "less",    "than",    "least", "most",    "over",    "under",   "above",
      "below", "between", "greater", "fewer", "minimum", "maximum", "positive"};
  const std::string lower = to_lower_ascii(text);
  const std::vector<std::string_view> words = split(lower, ' ');
  return text.find_first_of("0123456789") != std::string_view::npos ||
         std::any_of(words.begin(), words.end(), [&](std::string_view word) {
           return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
         });
}

void doubt_text(ParseContext& context, const YamlNode& value, const std::string& what,
                const ExpectRule& rule) {
  const bool is_meant = !rule.equals_text || trim(rule.text) != *rule.equals_text;
  if (is_meant || !looks_like_comparison(*rule.equals_text)) return;
  const std::string shown = printable(*rule.equals_text, 60);
  const std::size_t digit = shown.find_first_of("0123456789");
  const std::string number = digit == std::string::npos
                                 ? "100"
                                 : shown.substr(
                                       digit,
                                       shown.find_first_not_of("0123456789.", digit) - digit);
  context.findings.add(
      Rule::text_expectation, value.mark,
      fmt::format("{}: the value must be exactly the text \"{}\"", what, shown),
      fmt::format("write \">= {}\" for a number, or \"== {}\" for this text", number, shown));
}

void read_expectations(ParseContext& context, const YamlNode& expect, const std::string& where,
                       TaskSpec& task) {
  std::vector<std::string_view> declared(task.outputs.begin(), task.outputs.end());
  declared.insert(declared.end(), task.metrics.begin(), task.metrics.end());
  for (const YamlNode::Entry& entry : expect.entries) {
    if (!is_declared(task, entry.key)) {
      context.findings.add(Rule::undeclared_expect, entry.key_mark,
                           fmt::format("{}.expect.{} is neither an output nor a metric of the task",
                                       where, printable(entry.key, 70)),
                           nearest(entry.key, declared)
                               ? did_you_mean(entry.key, declared)
                               : fmt::format("add it: outputs: [{}]", printable(entry.key, 70)));
    }
    if (!is_text(&entry.value)) continue;
    auto rule = parse_expect(entry.key, entry.value.text);
    if (rule.ok()) {
      doubt_text(context, entry.value, fmt::format("{}.expect.{}", where, printable(entry.key, 70)),
                 rule.value());
      task.expect.push_back(std::move(rule).value());
    } else {
      context.findings.add(
          Rule::bad_expect, entry.value.mark,
          fmt::format("{}.expect.{}: {}", where, printable(entry.key, 70), rule.error().message),
          "write a comparison (>= 1000), a range (0.5..2) or a value");
    }
  }
}

struct Operator {
  std::string_view symbol;
  ExpectRule::Op op;
};
constexpr std::array<Operator, 6> kOperators = {{{"<=", ExpectRule::Op::le},
                                                 {">=", ExpectRule::Op::ge},
                                                 {"==", ExpectRule::Op::eq},
                                                 {"!=", ExpectRule::Op::ne},
                                                 {"<", ExpectRule::Op::lt},
                                                 {">", ExpectRule::Op::gt}}};

}  // namespace

std::string refuse_artifact_path(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > 1024) return "is longer than 1024 bytes";
  if (path[0] == '/') return "is absolute";
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") return "leads upwards";
    if (part.empty() || part == ".") return "has an empty part";
    if (part.size() > 255) return "has a part longer than 255 bytes";
    if (part[0] == '-') return "has a part that begins with -, which programs take for an option";
  }
  const bool odd = std::any_of(path.begin(), path.end(), [](char c) {
    return c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  return odd ? "holds a backslash or a control character" : "";
}

Result<ExpectRule> parse_expect(std::string_view name, std::string_view text) {
  ExpectRule rule;
  rule.name = name;
  rule.text = text;
  std::string_view rest = trim(text);
  const auto dots = rest.find("..");
  if (dots != std::string_view::npos) {
    const auto low = to_double(trim(rest.substr(0, dots)));
    const auto high = to_double(trim(rest.substr(dots + 2)));
    if (low && high && *low > *high)
      return invalid(fmt::format("the range {} ends before it begins", printable(rest, 60)));
    if (low && high) {
      rule.op = ExpectRule::Op::between;
      rule.low = *low;
      rule.high = *high;
      return rule;
    }
  }
  rule.op = ExpectRule::Op::eq;
  bool compares = false;
  for (const Operator& candidate : kOperators) {
    if (!rest.starts_with(candidate.symbol)) continue;
    rule.op = candidate.op;
    rest = trim(rest.substr(candidate.symbol.size()));
    compares = true;
    break;
  }
  if (rest.empty()) return invalid("there is nothing to compare with");
  if (const auto number = to_double(rest)) {
    rule.low = *number;
    return rule;
  }
  const bool by_text = rule.op == ExpectRule::Op::eq || rule.op == ExpectRule::Op::ne;
  if (!by_text) return invalid(fmt::format("{} is not a number", printable(rest, 60)));
  if (!compares && rest.find_first_of("<>=!") == 0)
    return invalid(fmt::format("{} is no comparison", printable(rest, 60)));
  rule.equals_text = std::string(rest);
  return rule;
}

void read_task_contract(ParseContext& context, const YamlNode& node, const std::string& where,
                        TaskSpec& task) {
  for (const std::string_view key : {"outputs", "metrics", "artifacts", "expect"}) {
    if (!is_bounded(context.findings, node.find(key), fmt::format("{}.{}", where, key))) return;
  }
  read_names(context, node.find("outputs"), {"an output", "_"}, task.outputs);
  read_names(context, node.find("metrics"), {"a metric", "_-./"}, task.metrics);
  if (const YamlNode* artifacts = node.find("artifacts")) read_artifacts(context, *artifacts, task);
  if (const YamlNode* expect = node.find("expect"))
    read_expectations(context, *expect, where, task);
}

}  // namespace tidemill
