// What a failure goes through until a person has it: the real alert book, outbox and database, with
// a disk in memory, a clock that is set, services that may lose an answer, and a crash between any
// two steps. Whoever watches from outside knows only what was committed and what the services took.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/policies_parser.h"
#include "scheduler/storage/memory_disk.h"
#include "scheduler/storage/outbox_rows.h"
#include "scheduler/storage/writer.h"
#include "tests/sim/random.h"

namespace tidemill::sim {

// Deliberate bugs, to see that they are seen.
enum class AlertSabotage {
  none,
  cancel_later,  // an acknowledgement is kept, and what waits is stopped by the next commit
  record_before_send,
  send_what_was_read,  // without looking whether it is still to be sent
  other_id,            // each try has an id of its own
  feed_dropped_first,  // what failed is forgotten by one commit and looked at in the next
};

struct AlertStory {
  std::uint64_t seed = 0;     // decides what happens outside
  std::int64_t crash_at = 0;  // at the n-th step from 1; 0 = never
  AlertSabotage sabotage = AlertSabotage::none;
};

struct AlertStoryEnd {
  std::string problem;                // the first broken promise; empty = none
  std::int64_t steps = 0;             // places where it could have crashed
  std::int64_t pages = 0;             // that services took
  std::int64_t pages_of_several = 0;  // alerts, of these
};

AlertStoryEnd tell_alert_story(const AlertStory& story);

}  // namespace tidemill::sim
