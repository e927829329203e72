#include "core/alert/dry_run.h"

#include <fmt/format.h>

namespace tidemill {
namespace {

std::string local_time(const EscalationPolicy& policy, WallTime t) {
  const Zone& zone = policy.zone == nullptr ? *utc_zone() : *policy.zone;
  const std::int64_t utc = t.us / 1'000'000;
  const std::string local = format_rfc3339({zone.to_local(utc).s * 1'000'000});
  return fmt::format("{} {} {}", local.substr(0, 10), local.substr(11, 8),
                     zone.period_at(utc).abbreviation);
}

std::string in_words(const Recipient& to) {
  return to.person.empty() ? to.channel : fmt::format("{} by {}", to.person, to.channel);
}

std::string in_words(const PolicyCall& call) {
  std::string words;
  for (const Recipient& to : call.who) words += (words.empty() ? "" : ", ") + in_words(to);
  if (call.note.empty()) return words;
  return words.empty() ? call.note : fmt::format("{} ({})", words, call.note);
}

}  // namespace

std::vector<PolicyCall> who_is_called(const AlertPolicies& policies, const EscalationPolicy& policy,
                                      AlertSeverity severity, WallTime start) {
  std::vector<PolicyCall> calls;
  std::uint32_t step = 0, round = 0;
  WallTime now = start;
  for (;;) {
    const EscalationMove move = escalate(policy, step, round, severity, now);
    bool reached = move.tell.empty();
    for (const auto& told : move.tell) {
      Reached who = reach(policies, policy, told.step, now);
      reached = reached || !who.who.empty();
      calls.push_back({now, told.step, told.round, std::move(who.who), std::move(who.note)});
    }
    if (!move.wait) return calls;
    step = move.step;
    round = move.round;
    if (reached) now = now + *move.wait;
  }
}

std::string calls_text(const EscalationPolicy& policy, AlertSeverity severity, WallTime start,
                       const std::vector<PolicyCall>& calls) {
  std::string out = fmt::format("{}, severity {}, from {}\n", policy.name, to_word(severity),
                                local_time(policy, start));
  if (calls.empty()) return out + "  nobody\n";
  for (const PolicyCall& call : calls) {
    const std::string step = policy.repeat == 0
                                 ? fmt::format("step {}", call.step + 1)
                                 : fmt::format("round {} step {}", call.round + 1, call.step + 1);
    out += fmt::format("  +{:<7} {}  {}  {}\n", format_duration(call.at - start),
                       local_time(policy, call.at), step, in_words(call));
  }
  return out;
}

}  // namespace tidemill
