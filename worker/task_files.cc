#include "worker/task_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxLines = 100'000;
constexpr std::size_t kMaxNotes = 20;
constexpr std::size_t kMaxProgressText = 200;

void note(Notes& notes, std::string text) {
  if (notes.size() < kMaxNotes) notes.push_back(std::move(text));
  if (notes.size() == kMaxNotes) notes.back() = "... and more of the same";
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const auto end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return true;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// The value of `name<<END`: the lines up to END, joined. nullopt when END never comes.
std::optional<std::string> read_block(Lines& lines, std::string_view end) {
  std::string value;
  bool first = true;
  for (std::string_view line; lines.next(line);) {
    if (line == end) return value;
    if (!std::exchange(first, false)) value.push_back('\n');
    value.append(line);
  }
  return std::nullopt;
}

using Outputs = std::vector<std::pair<std::string, std::string>>;

void set_output(Outputs& outputs, std::string_view name, std::string value,
                const std::vector<std::string>& declared, Notes& notes) {
  if (std::find(declared.begin(), declared.end(), name) == declared.end()) {
    return note(notes, fmt::format("output \"{}\" is not declared in `outputs` and was left out",
                                   printable(name, 64)));
  }
  if (find_invalid_utf8(value) || value.find('\0') != std::string::npos) {
    return note(notes, fmt::format("output \"{}\" is not text (UTF-8) and was left out", name));
  }
  const auto known = std::find_if(outputs.begin(), outputs.end(),
                                  [name](const auto& output) { return output.first == name; });
  if (known != outputs.end()) {
    known->second = std::move(value);
  } else {
    outputs.emplace_back(name, std::move(value));
  }
}

std::string text_of(const Json* value) {
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? value->as_string() : value->dump();
}

std::optional<Metric> to_metric(const Json& json) {
  const Json* name = json.find("name");
  const Json* value = json.find("value");
  if (name == nullptr || !name->is_string() || value == nullptr || !value->is_number())
    return std::nullopt;
  Metric metric;
  metric.name = name->as_string();
  metric.value = value->as_double();
  metric.slice = text_of(json.find("slice"));
  const Json* step = json.find("step");
  if (step != nullptr && step->is_int()) metric.step = step->as_int();
  const Json* better = json.find("higher_is_better");
  if (better != nullptr && better->is_bool()) metric.higher_is_better = better->as_bool();
  if (metric.name.empty() || !std::isfinite(metric.value)) return std::nullopt;
  return metric;
}

std::optional<CheckResult> to_check(const Json& json) {
  const Json* name = json.find("check");
  const Json* success = json.find("success");
  if (name == nullptr || !name->is_string() || success == nullptr || !success->is_bool())
    return std::nullopt;
  CheckResult check;
  check.check = name->as_string();
  check.success = success->as_bool();
  if (json.find("severity") != nullptr) check.severity = text_of(json.find("severity"));
  check.column = text_of(json.find("column"));
  check.expected = text_of(json.find("expected"));
  check.actual = text_of(json.find("actual"));
  return check;
}

template <typename T>
std::vector<T> parse_lines(std::string_view text, std::optional<T> (*convert)(const Json&),
                           std::string_view what, std::string_view form, Notes& notes) {
  std::vector<T> values;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (trim(line).empty()) continue;
    const auto json = parse_json(line);
    std::optional<T> value;
    if (json.ok() && json->is_object()) value = convert(*json);
    if (!value || values.size() >= kMaxLines) {
      note(notes,
           fmt::format("{}: line {} was left out; each line is {}", what, lines.number(), form));
    } else {
      values.push_back(std::move(*value));
    }
  }
  return values;
}

}  // namespace

Outputs parse_outputs(std::string_view text, const std::vector<std::string>& declared,
                      Notes& notes) {
  Outputs outputs;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) continue;
    const auto equals = line.find('=');
    const auto block = line.find("<<");
    if (block < equals) {
      const std::size_t number = lines.number();
      const std::string_view end = line.substr(block + 2);
      auto value = end.empty() ? std::nullopt : read_block(lines, end);
      if (value) {
        set_output(outputs, line.substr(0, block), std::move(*value), declared, notes);
      } else {
        note(notes, fmt::format("TIDEMILL_OUTPUT: the block begun in line {} has no end", number));
      }
    } else if (equals != std::string_view::npos && equals > 0) {
      set_output(outputs, line.substr(0, equals), std::string(line.substr(equals + 1)), declared,
                 notes);
    } else {
      note(notes, fmt::format("TIDEMILL_OUTPUT: line {} is neither name=value nor name<<END",
                              lines.number()));
    }
  }
  return outputs;
}

std::vector<Metric> parse_metrics(std::string_view text, Notes& notes) {
  return parse_lines<Metric>(text, &to_metric, "TIDEMILL_METRICS",
                             R"({"name": "accuracy", "value": 0.75})", notes);
}

std::vector<CheckResult> parse_checks(std::string_view text, Notes& notes) {
  return parse_lines<CheckResult>(text, &to_check, "TIDEMILL_CHECKS",
                                  R"({"check": "no_nulls", "success": true})", notes);
}

std::optional<ProgressLine> parse_progress(std::string_view text) {
  const auto end = text.rfind('\n');
  // A line without its end counts when nothing else is there: `printf 0.4 > file`.
  std::string_view line = end == std::string_view::npos ? text : text.substr(0, end);
  line = trim(line.substr(line.rfind('\n') + 1));
  std::string_view number = line.substr(0, line.find(' '));
  const std::string_view words = trim(line.substr(number.size()));
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const auto value = to_double(number);
  if (!value) return std::nullopt;
  const double fraction = std::clamp(percent ? *value / 100 : *value, 0.0, 1.0);
  return ProgressLine{fraction, std::string(printable(words, kMaxProgressText))};
}

}  // namespace tidemill
