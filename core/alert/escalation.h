// An escalation policy as a value, and how far a firing alert may go in it at a given moment. Step
// types are those of Grafana OnCall: notify, wait, conditions on severity and time of day, repeat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "core/alert/alert.h"

namespace tidemill {

struct NotifyTarget {
  enum class Kind : std::uint8_t { user, rotation, channel } kind = Kind::channel;
  std::string name;
  auto operator<=>(const NotifyTarget&) const = default;
};

struct EscalationStep {
  std::vector<NotifyTarget> notify;  // empty: a pause only
  Duration wait{};                   // after it, before the next step; up to 24 h
  // Only when it is at least so urgent, and only between these seconds of the local day (from <
  // until, or over midnight). Otherwise the step is passed over, with its wait.
  AlertSeverity at_least = AlertSeverity::info;
  std::int32_t from_s = 0, until_s = 86'400;
};

struct EscalationPolicy {
  std::string name;
  std::vector<EscalationStep> steps;  // never empty
  std::uint32_t repeat = 0;           // further rounds, 0 to 5
  ZonePtr zone;                       // of the times of day; null = UTC
  Duration acknowledged_for{};        // 0 = until it is resolved
  Duration reopen_window = std::chrono::hours(24);
  Duration digest_every = std::chrono::hours(4);   // for repeats; 0 = never
  Duration group_wait = std::chrono::seconds(30);  // see grouping.h; 0 = each is told alone
};

struct EscalationMove {
  struct Told {
    std::uint32_t step, round;
  };
  std::vector<Told> tell;             // steps whose targets are told now, in order
  std::uint32_t step = 0, round = 0;  // where it goes on
  std::optional<Duration> wait;       // until then; none = the policy is at its end
};

// From this position at this moment on: everything up to the next pause.
EscalationMove escalate(const EscalationPolicy& policy, std::uint32_t step, std::uint32_t round,
                        AlertSeverity severity, WallTime now);

bool applies(const EscalationStep& step, const EscalationPolicy& policy, AlertSeverity severity,
             WallTime now);

}  // namespace tidemill
