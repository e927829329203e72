#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/alert/policies_context.h"
#include "core/parse/values.h"

// `policies:` of the file of alerts.
namespace tidemill {
namespace {

constexpr Duration kLongestWait = std::chrono::hours(24);
constexpr Duration kLongestGroup = std::chrono::hours(1);
constexpr Duration kLongest = std::chrono::hours(24 * 30);

struct TargetKind {
  std::string_view prefix;
  NotifyTarget::Kind kind;
  std::string_view what;
  std::string_view list;
};
constexpr TargetKind kTargets[] = {
    {"user.", NotifyTarget::Kind::user, "person", "people"},
    {"rotation.", NotifyTarget::Kind::rotation, "rotation", "rotations"},
    {"channel.", NotifyTarget::Kind::channel, "channel", "channels"}};

void read_target(PoliciesContext& context, const YamlNode& node, EscalationStep& step) {
  for (const TargetKind& target : kTargets) {
    if (!node.text.starts_with(target.prefix)) continue;
    const std::string name = node.text.substr(target.prefix.size());
    if (!context.is_known(target.what, name, target.list, node.mark)) return;
    const NotifyTarget made{target.kind, name};
    if (std::find(step.notify.begin(), step.notify.end(), made) != step.notify.end()) {
      context.findings.add(Rule::repeated_item, node.mark,
                           fmt::format("{} is given twice", node.text));
    }
    step.notify.push_back(made);
    return;
  }
  context.findings.add(Rule::bad_policy, node.mark,
                       fmt::format("\"{}\" is nobody who can be told", printable(node.text, 70)),
                       "write user.NAME, rotation.NAME or channel.NAME");
}

// "09:00-18:00"; 24:00 may be the end.
Result<std::pair<std::int32_t, std::int32_t>> parse_between(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return invalid("it is no span of the day");
  const std::string_view end = trim(text.substr(dash + 1));
  const std::int32_t from = TRY(parse_time_of_day(trim(text.substr(0, dash))));
  if (end == "24:00") return std::pair(from, 86'400);
  const std::int32_t until = TRY(parse_time_of_day(end));
  if (from == until) return invalid("it begins when it ends");
  return std::pair(from, until);
}

void read_condition(PoliciesContext& context, const YamlNode& node, EscalationStep& step) {
  std::string severity;
  read_text(node.find("severity"), severity);
  step.at_least = alert_severity_from(severity).value_or(AlertSeverity::info);
  const YamlNode* between = node.find("between");
  if (!is_text(between)) return;
  const auto span = parse_between(between->text);
  if (span.ok()) {
    step.from_s = span->first;
    step.until_s = span->second;
    return;
  }
  context.findings.add(Rule::bad_instant, between->mark,
                       fmt::format("between: {}", span.error().message),
                       "write two local times: 09:00-18:00, or 22:00-06:00 over midnight");
}

EscalationStep read_step(PoliciesContext& context, const YamlNode& node) {
  EscalationStep step;
  const YamlNode* notify = node.find("notify");
  if (is_bounded(context.findings, notify, "notify")) {
    for_each_text(notify, [&](const YamlNode& target) { read_target(context, target, step); });
  }
  context.read_span(node.find("wait"), "wait", kLongestWait, step.wait);
  const YamlNode* condition = node.find("if");
  if (condition != nullptr && condition->kind == YamlNode::Kind::map) {
    read_condition(context, *condition, step);
  }
  return step;
}

// An alert that nobody took must not end in silence.
void check_last(PoliciesContext& context, const std::string& policy, const YamlNode& node) {
  const YamlNode* notify = node.find("notify");
  const bool tells = notify != nullptr &&
                     (notify->kind == YamlNode::Kind::scalar || !notify->items.empty());
  const YamlNode* condition = node.find("if");
  if (tells && condition == nullptr) return;
  context.findings.add(
      Rule::bad_policy, condition != nullptr ? condition->mark : node.mark,
      fmt::format("the last step of {} {}", policy,
                  condition != nullptr ? "counts only under a condition" : "tells nobody"),
      "end with a step that tells somebody in any case, such as {notify: "
      "[channel.NAME]}");
}

void read_steps(PoliciesContext& context, const YamlNode::Entry& entry, EscalationPolicy& policy) {
  const YamlNode* steps = entry.value.find("steps");
  if (steps == nullptr || steps->kind != YamlNode::Kind::sequence) return;
  if (steps->items.empty() || steps->items.size() > kMaxItems) {
    context.findings.add(
        Rule::bad_policy, steps->mark,
        fmt::format("the policy {} must have 1 to {} steps", entry.key, kMaxItems));
    return;
  }
  for (const YamlNode& step : steps->items) policy.steps.push_back(read_step(context, step));
  if (steps->items.back().kind == YamlNode::Kind::map) {
    check_last(context, policy.name, steps->items.back());
  }
}

// Without a wait at its end, all rounds would be told at once.
void check_repeat(PoliciesContext& context, const EscalationPolicy& policy, const YamlNode* node) {
  if (policy.repeat == 0 || policy.steps.empty()) return;
  if (policy.steps.back().wait > Duration::zero()) return;
  context.findings.add(
      Rule::bad_policy, node->mark,
      fmt::format("{} repeats at once, because its last step has no wait", policy.name),
      "give the last step a wait, such as wait: 15m");
}

void read_policy(PoliciesContext& context, const YamlNode::Entry& entry) {
  EscalationPolicy policy;
  policy.name = entry.key;
  if (!is_name(entry.key, "_", "_-")) context.bad_name("policy", entry);
  policy.zone = context.zone(entry.value.find("zone"));
  read_steps(context, entry, policy);
  int repeat = 0;
  if (read_int(entry.value.find("repeat"), repeat) && repeat > 0) {
    policy.repeat = static_cast<std::uint32_t>(repeat);
  }
  check_repeat(context, policy, entry.value.find("repeat"));
  const YamlNode& node = entry.value;
  context.read_span(node.find("acknowledged_for"), "acknowledged_for", kLongest,
                    policy.acknowledged_for);
  context.read_span(node.find("reopen_window"), "reopen_window", kLongest, policy.reopen_window);
  context.read_span(node.find("digest_every"), "digest_every", kLongest, policy.digest_every);
  context.read_span(node.find("group_wait"), "group_wait", kLongestGroup, policy.group_wait);
  context.policies.policies.push_back(std::move(policy));
}

}  // namespace

void read_policies(PoliciesContext& context) {
  for (const YamlNode::Entry* entry : context.named("policies")) read_policy(context, *entry);
}

}  // namespace tidemill
