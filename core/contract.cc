#include "core/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace tidemill {
namespace {

using Op = ExpectRule::Op;

bool holds(const ExpectRule& rule, double value) {
  switch (rule.op) {
    case Op::lt:
      return value < rule.low;
    case Op::le:
      return value <= rule.low;
    case Op::gt:
      return value > rule.low;
    case Op::ge:
      return value >= rule.low;
    case Op::eq:
      return value == rule.low;
    case Op::ne:
      return value != rule.low;
    case Op::between:
      return value >= rule.low && value <= rule.high;
  }
  UNREACHABLE();
}

std::string broken(const ExpectRule& rule, const std::string& found) {
  return fmt::format("{} should be {}, but is {}", rule.name, rule.text, found);
}

// Empty when the rule holds.
std::string check_number(const ExpectRule& rule, double value) {
  // Nothing can be said of NaN, not even that it differs from a number.
  if (!std::isnan(value) && holds(rule, value)) return {};
  return broken(rule, fmt::format("{}", value));
}

std::string check_text(const ExpectRule& rule, const std::string& value) {
  const std::string quoted = fmt::format("'{}'", printable(value, 80));
  if (rule.equals_text) {
    const bool same = value == *rule.equals_text;
    return same == (rule.op == Op::eq) ? std::string() : broken(rule, quoted);
  }
  const std::optional<double> number = to_double(trim(value));
  if (!number) return broken(rule, quoted + ", which is not a number");
  return check_number(rule, *number);
}

bool is_promised(const TaskSpec& task, const std::string& name) {
  const auto contains = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return contains(task.outputs) || contains(task.metrics);
}

// Empty when the rule holds, or when its value is missed as a promise already.
std::string check_expectation(const TaskSpec& task, const ExpectRule& rule,
                              const TaskResult& result) {
  if (const std::string* output = result.output(rule.name)) return check_text(rule, *output);
  if (const Metric* metric = result.metric(rule.name)) {
    return rule.equals_text ? check_text(rule, fmt::format("{}", metric->value))
                            : check_number(rule, metric->value);
  }
  if (is_promised(task, rule.name)) return {};
  return fmt::format("{} should be {}, but was not written", rule.name, rule.text);
}

void check_promised(const TaskSpec& task, const TaskResult& result,
                    std::vector<std::string>& problems) {
  for (const std::string& name : task.outputs) {
    if (result.output(name) == nullptr)
      problems.push_back(fmt::format("output {} is missing", name));
  }
  for (const std::string& name : task.metrics) {
    if (result.metric(name) == nullptr)
      problems.push_back(fmt::format("metric {} is missing", name));
  }
}

void check_artifacts(const TaskSpec& task, const TaskResult& result, const std::string& told,
                     std::vector<std::string>& problems) {
  bool complete = true;
  for (const ArtifactSpec& artifact : task.artifacts) {
    if (result.artifact(artifact.name) != nullptr) continue;
    complete = false;
    if (told.empty()) {
      problems.push_back(
          fmt::format("artifact {} is missing ({} was not written)", artifact.name, artifact.path));
    }
  }
  if (!complete && !told.empty()) problems.push_back(told);
}

}  // namespace

std::optional<std::string> broken_contract(const TaskSpec& task, const TaskResult& result,
                                           const std::string& artifact_problems) {
  std::vector<std::string> problems;
  check_promised(task, result, problems);
  check_artifacts(task, result, artifact_problems, problems);
  for (const ExpectRule& rule : task.expect) {
    std::string problem = check_expectation(task, rule, result);
    if (!problem.empty()) problems.push_back(std::move(problem));
  }
  if (problems.empty()) return std::nullopt;
  return join(problems, "; ");
}

}  // namespace tidemill
