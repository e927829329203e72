// What can happen to an alert, and what its machine wants done about it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/alert/alert.h"

namespace tidemill::alert_event {

// The same thing is wrong (again). Only after the last retry: a retry is no alert.
struct Raise {
  AlertFact fact = AlertFact::failed;
  AlertSeverity severity = AlertSeverity::error;
  std::string signature;
  std::uint64_t run = 0;
};
// The same scope succeeded.
struct Recover {
  std::uint64_t run = 0;
};
// A person cleared or retried what failed; whether that helps is not known yet.
struct Repair {
  std::string by;
};
struct Acknowledge {
  std::string by, comment;
  Duration lasts{};       // 0 = as long as the policy says
  std::string seen = {};  // the signature that the person saw; empty = whatever there is
};
struct Unacknowledge {
  std::string by;
};
struct Snooze {
  std::string by, comment;
  WallTime until;
};
struct Resolve {
  std::string by, comment;
};
// A silence, a maintenance window or an open alert further up covers it, or no longer does.
struct Cover {
  std::string why;
};
struct Uncover {};
// The timer may be due.
struct Wake {};

}  // namespace tidemill::alert_event

namespace tidemill {

using AlertEvent =
    std::variant<alert_event::Raise, alert_event::Recover, alert_event::Repair,
                 alert_event::Acknowledge, alert_event::Unacknowledge, alert_event::Snooze,
                 alert_event::Resolve, alert_event::Cover, alert_event::Uncover, alert_event::Wake>;

struct AlertEffect {
  enum class Kind : std::uint8_t {
    tell,        // the targets of escalation step `step` (index in the policy), in round `round`
    cancel,      // every message of this alert that is not sent yet, in the same transaction
    tell_taken,  // those who were told: somebody takes care of it
    tell_ended,  // those who were told: it is over
    digest,      // those who were told: it was raised `count` more times
    note,        // nothing but a line in its timeline
  } kind = Kind::note;
  std::uint32_t step = 0, round = 0;
  std::uint64_t count = 0;
  std::string text;  // of the timeline, a sentence
};

}  // namespace tidemill
