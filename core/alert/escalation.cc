#include "core/alert/escalation.h"

#include "base/check.h"
#include "core/calendar.h"

namespace tidemill {
namespace {

std::int32_t second_of_day(const EscalationPolicy& policy, WallTime now) {
  const std::int64_t utc = now.us / 1'000'000 - (now.us % 1'000'000 < 0 ? 1 : 0);
  const std::int64_t local = policy.zone == nullptr ? utc : policy.zone->to_local(utc).s;
  return static_cast<std::int32_t>(((local % kDayS) + kDayS) % kDayS);
}

}  // namespace

bool applies(const EscalationStep& step, const EscalationPolicy& policy, AlertSeverity severity,
             WallTime now) {
  if (severity > step.at_least) return false;  // less urgent
  const std::int32_t at = second_of_day(policy, now);
  if (step.from_s <= step.until_s) return at >= step.from_s && at < step.until_s;
  return at >= step.from_s || at < step.until_s;
}

EscalationMove escalate(const EscalationPolicy& policy, std::uint32_t step, std::uint32_t round,
                        AlertSeverity severity, WallTime now) {
  CHECK(!policy.steps.empty());
  EscalationMove move;
  move.step = step;
  move.round = round;
  while (move.round <= policy.repeat) {
    while (move.step < policy.steps.size()) {
      const EscalationStep& at = policy.steps[move.step];
      const std::uint32_t here = move.step++;
      if (!applies(at, policy, severity, now)) continue;
      if (!at.notify.empty()) move.tell.push_back({here, move.round});
      if (at.wait > Duration::zero()) {
        move.wait = at.wait;
        return move;
      }
    }
    move.step = 0;
    ++move.round;
  }
  return move;
}

}  // namespace tidemill
