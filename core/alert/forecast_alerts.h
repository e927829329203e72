// What alerts are told of things that no run reports: forecasts about runs, and instants of
// schedules that got no run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/run_alerts.h"

namespace tidemill {

struct RunForecast {
  enum class Kind : std::uint8_t { will_be_late, slow } kind = Kind::will_be_late;
  std::string dag;
  std::string task = {};  // that takes so long; empty = the run as a whole
  std::uint64_t run = 0;
  std::string reason;  // what is feared or measured, a sentence
};

// Predicted, then late, then failed is one alert: its key is that of the deadline. A task that
// takes long says why the run does. `open` are the open alerts of the DAG. None when it is known
// already, or the DAG does not tell of deadlines.
std::optional<KeyedAlertEvent> alert_of_forecast(const RunForecast& forecast,
                                                 const AlertRules& rules,
                                                 const std::vector<Alert>& open);

// Instants of a schedule that got no run although nobody wanted that: missed, or beyond what is
// caught up. None when the DAG does not tell of failures.
std::optional<KeyedAlertEvent> alert_of_missed(const std::string& dag, std::int64_t count,
                                               WallTime first, WallTime last,
                                               const std::string& reason, const AlertRules& rules);

}  // namespace tidemill
