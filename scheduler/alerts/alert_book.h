// Applies what happens to alerts, as rows: what the feed brought, timers, and what people say. Each
// call is one transaction of the writer (Mutation::store), so an acknowledgement and everything
// that follows from it are there together or not at all. What is decided is in core/alert/.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "core/alert/alert_machine.h"
#include "core/alert/forecast_alerts.h"
#include "core/alert/policies_parser.h"
#include "core/alert/trouble.h"
#include "core/dag.h"
#include "scheduler/storage/alert_rows.h"
#include "scheduler/storage/silence_rows.h"

namespace tidemill {

// A stored version back as a DAG, for its `alerts:`. Any thread.
using LoadVersion = std::function<Result<DagPtr>(const RunSource& version)>;

// An answer names the alerts that changed: {"alerts": [{"alert", "dag", "task", "state",
// "severity", "what", "count", "raised_at", "state_since"}]}, which is what the event stream tells.

// A chunk of the feed and every timer that is due. Its answer says also whether there is `more`,
// and when the next timer is due: `due_us`, 0 = there is none.
// Everywhere here `policies` is the file of alerts in force; null = there is none, and alerts are
// only shown.
Result<Json> turn_alerts(Database& database, const LoadVersion& load, const PoliciesPtr& policies,
                         WallTime now);

// Conditions that began or ended. One that is told of already is not counted again, so that saying
// it twice, as after a restart, does no harm.
Result<Json> tell_troubles(Database& database, const std::vector<TroubleNews>& news,
                           const PoliciesPtr& policies, WallTime now);

// What is foreseen of runs, as far as they still go on. Saying it twice does no harm either.
Result<Json> tell_forecasts(Database& database, const std::vector<RunForecast>& news,
                            const LoadVersion& load, const PoliciesPtr& policies, WallTime now);

// What a person says about one alert. `not_found` when there is none; an event that changes
// nothing, like an acknowledgement after the end, is a line in the timeline and no error.
Result<Json> tell_alert(Database& database, std::int64_t id, const AlertEvent& event,
                        const PoliciesPtr& policies, WallTime now);

// Keeps a silence from now on, or from its beginning, and ends one: what it covers, or no longer
// does, changes in the same transaction. The answer has its number as `silence`, too. Ending one
// that is over is a `conflict`.
Result<Json> silence_alerts(Database& database, SilenceRow row, const PoliciesPtr& policies,
                            WallTime now);
Result<Json> unsilence_alerts(Database& database, std::int64_t id, const std::string& by,
                              const PoliciesPtr& policies, WallTime now);

// The answer when none did.
Json no_alert_changed();

// What Tidemill finds wrong, or right again, about itself: events of alerts by their keys.
Result<Json> tell_keyed_alerts(Database& database, const std::vector<KeyedAlertEvent>& events,
                               const PoliciesPtr& policies, WallTime now);

}  // namespace tidemill
