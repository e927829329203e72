#include "cli/policy_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "core/alert/dry_run.h"
#include "core/alert/policies_parser.h"
#include "core/finding_format.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;

std::string findings_in(const std::string& format, const FileFindings& file) {
  if (format == "json") return format_findings_json({file});
  if (format == "github") return format_findings_github({file});
  if (format == "sarif") return format_findings_sarif({file}, TIDEMILL_VERSION);
  const auto errors = std::count_if(
      file.findings.begin(), file.findings.end(),
      [](const Finding& finding) { return finding.severity == Severity::error; });
  return format_findings_human(file.path, file.source, file.findings, probe_terminal(1).colour) +
         fmt::format("{}, {}\n", plural(errors, "error"),
                     plural(std::ssize(file.findings) - errors, "warning"));
}

struct Question {
  AlertSeverity severity = AlertSeverity::error;
  WallTime at;
  std::vector<const EscalationPolicy*> policies;
};

Result<Question> read_question(const PolicyCommand& options, const AlertPolicies& policies) {
  Question question;
  const auto severity = alert_severity_from(options.severity);
  if (!severity) return invalid("--severity takes critical, error, warning or info");
  question.severity = *severity;
  question.at = system_now().wall;
  if (!options.at.empty()) {
    const auto at = parse_rfc3339(options.at);
    if (!at.ok()) return invalid("--at: " + at.error().message);
    question.at = at.value();
  }
  for (const EscalationPolicy& policy : policies.policies) {
    if (options.policy.empty() || policy.name == options.policy) {
      question.policies.push_back(&policy);
    }
  }
  if (!question.policies.empty()) return question;
  std::vector<std::string_view> names;
  for (const EscalationPolicy& policy : policies.policies) names.push_back(policy.name);
  const auto near = nearest(options.policy, names);
  return not_found(fmt::format("{} has no policy {}{}", options.file, printable(options.policy),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

Json call_json(const PolicyCall& call) {
  Json json;
  json.set("at", format_rfc3339(call.at));
  json.set("round", call.round + 1);
  json.set("step", call.step + 1);
  Json::Array who;
  for (const Recipient& to : call.who) {
    Json one;
    one.set("channel", to.channel);
    one.set("user", to.person.empty() ? Json() : Json(to.person));
    who.push_back(std::move(one));
  }
  json.set("who", std::move(who));
  json.set("note", call.note.empty() ? Json() : Json(call.note));
  return json;
}

std::string answer_of(const Question& question, const AlertPolicies& policies, bool as_json) {
  std::string text;
  Json::Array list;
  for (const EscalationPolicy* policy : question.policies) {
    const auto calls = who_is_called(policies, *policy, question.severity, question.at);
    text += calls_text(*policy, question.severity, question.at, calls);
    Json one;
    one.set("policy", policy->name);
    one.set("severity", to_word(question.severity));
    Json::Array told;
    for (const PolicyCall& call : calls) told.push_back(call_json(call));
    one.set("calls", std::move(told));
    list.push_back(std::move(one));
  }
  return as_json ? Json(std::move(list)).dump() + "\n" : text;
}

Result<int> check(const PolicyCommand& options) {
  const std::string format = options.json ? "json" : options.format;
  if (options.action != "check") return invalid("policy check FILE is all there is");
  TRY(check_findings_format(format));
  FileFindings file{options.file, TRY(read_file(options.file, kMaxBytes)), {}};
  ParsedPolicies parsed = parse_policies(file.source, load_zone);
  file.findings = std::move(parsed.findings);
  const bool broken = parsed.policies == nullptr;
  if (broken || !options.who_is_called) {
    fmt::print("{}", findings_in(format, file));
    return static_cast<int>(broken ? kExitFailed : kExitOk);
  }
  const Question question = TRY(read_question(options, *parsed.policies));
  fmt::print("{}", answer_of(question, *parsed.policies, format == "json"));
  return static_cast<int>(kExitOk);
}

}  // namespace

int run_policy(const PolicyCommand& options) {
  const auto code = check(options);
  return code.ok() ? code.value() : report(code.error());
}

}  // namespace tidemill
