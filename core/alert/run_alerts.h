// What the end, the lateness or the repair of a run says to alerts. Only failures after the last
// retry are told here: a retry is no alert.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/alert/alert_event.h"
#include "core/words.h"

namespace tidemill {

struct AlertRules {  // of the DAG, `alerts:`
  bool failure = true, deadline = true;
  AlertSeverity severity = AlertSeverity::error;
};

struct RunNews {
  enum class Kind : std::uint8_t { task_failed, ended, late, repaired } kind = Kind::ended;
  std::string dag;
  std::uint64_t run = 0;
  RunState state = RunState::running;
  std::string reason;      // of the run
  bool timed_out = false;  // the run as a whole
  WallTime due_at;         // of its deadline; 0 = it has none
  struct Failed {
    std::string task;
    Cause cause = Cause::none;
    int exit_code = 0;
    std::string reason;  // a sentence
  };
  std::vector<Failed> failed;          // not those that the DAG tolerates
  std::vector<std::string> succeeded;  // ended well in this run
  std::string by;                      // who repaired it
};

struct KeyedAlertEvent {
  AlertKey key;
  AlertEvent event;
  std::string what;  // is wrong, a sentence; empty = the event says no more than the alert knows
};

// `open` are the open alerts of the DAG. In the order in which they happen.
std::vector<KeyedAlertEvent> alerts_of(const RunNews& news, const AlertRules& rules,
                                       const std::vector<Alert>& open);

// A file of a DAG that cannot be used, and its repair. `finding` is the first thing that is wrong.
KeyedAlertEvent alert_of_file(const std::string& dag, bool broken, const std::string& finding);

// The same for the file of alerts; an empty finding: it is right.
KeyedAlertEvent alert_of_policies(const std::string& finding);

}  // namespace tidemill
