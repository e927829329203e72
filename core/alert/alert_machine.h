// The life of an alert: firing, acknowledged, snoozed, suppressed, resolved. Every event is decided
// in every state; the golden matrix of the tests shows all of them.
//
//   - one alert per key; being raised again counts and pages nobody, unless it is news: another
//     signature than the acknowledged one, a failure after a repair, or a more urgent severity
//   - whoever takes it (acknowledge, snooze) stops every message that is not sent yet, at once
//   - an end wins over an acknowledgement that comes late, which becomes a note
//   - a timer is a row with a reason; an alert without a timer pages nobody
#pragma once

#include <vector>

#include "core/alert/alert.h"
#include "core/alert/alert_event.h"
#include "core/alert/escalation.h"

namespace tidemill {

struct AlertStep {
  Alert alert;
  std::vector<AlertEffect> effects;  // in order; empty when nothing happened
};

// A key that was never raised is an alert with state resolved and state_since 0. `now` never goes
// back by more than clocks do: a due_at in the future is waited for.
AlertStep advance_alert(Alert alert, const AlertEvent& event, const EscalationPolicy& policy,
                        WallTime now);

}  // namespace tidemill
