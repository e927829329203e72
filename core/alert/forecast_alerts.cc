#include "core/alert/forecast_alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/alert/signature.h"

namespace tidemill {
namespace {

bool has_failed(std::uint64_t run, const std::vector<Alert>& open) {
  return std::any_of(open.begin(), open.end(), [run](const Alert& alert) {
    return alert.last_run == run && std::find(alert.facts.begin(), alert.facts.end(),
                                              AlertFact::failed) != alert.facts.end();
  });
}

bool has_slow_task(std::uint64_t run, const std::vector<Alert>& open) {
  return std::any_of(open.begin(), open.end(), [run](const Alert& alert) {
    return alert.last_run == run && alert.key.cause == kSlowCause && !alert.key.task.empty();
  });
}

}  // namespace

std::optional<KeyedAlertEvent> alert_of_forecast(const RunForecast& forecast,
                                                 const AlertRules& rules,
                                                 const std::vector<Alert>& open) {
  const bool is_slow = forecast.kind == RunForecast::Kind::slow;
  if (!rules.deadline) return std::nullopt;
  if (!is_slow && has_failed(forecast.run, open)) return std::nullopt;
  if (is_slow && forecast.task.empty() && has_slow_task(forecast.run, open)) return std::nullopt;
  // Less urgent than what is foreseen, so that being late is news then.
  const AlertSeverity severity = is_slow ? AlertSeverity::warning
                                         : std::max(rules.severity, AlertSeverity::warning);
  const AlertFact fact = is_slow ? AlertFact::slow : AlertFact::will_be_late;
  const std::string who = forecast.task.empty() ? forecast.dag
                                                : forecast.task + " of " + forecast.dag;
  return KeyedAlertEvent{
      AlertKey{forecast.dag, forecast.task, is_slow ? kSlowCause : kDeadlineCause},
      alert_event::Raise{fact, severity, "", forecast.run},
      with_detail(who + (is_slow ? " takes unusually long" : " will be late"), forecast.reason)};
}

std::optional<KeyedAlertEvent> alert_of_missed(const std::string& dag, std::int64_t count,
                                               WallTime first, WallTime last,
                                               const std::string& reason, const AlertRules& rules) {
  if (!rules.failure) return std::nullopt;
  const AlertKey key{dag, "", "missed"};
  const std::string which = count == 1 ? "the run of " + format_rfc3339(last)
                                       : fmt::format("{} from {} to {}", plural(count, "run"),
                                                     format_rfc3339(first), format_rfc3339(last));
  return KeyedAlertEvent{
      key,
      alert_event::Raise{AlertFact::missed, std::max(rules.severity, AlertSeverity::error),
                         alert_signature(key, reason), 0},
      fmt::format("{} did not run when it was due: {}{}", dag, which,
                  reason.empty() ? "" : " (" + reason + ")")};
}

}  // namespace tidemill
