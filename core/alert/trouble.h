// Troubles are conditions that are looked at again and again (a disk that is low, a worker that is
// silent), unlike failures, which happen. This turns looks into what alerts are to be told: the
// beginning and the end, each once, and neither before it has lasted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/alert/run_alerts.h"

namespace tidemill {

struct Trouble {
  AlertKey key;
  bool holds = false;
  AlertFact fact = AlertFact::stuck;
  AlertSeverity severity = AlertSeverity::error;
  std::string what;     // is wrong, a sentence; of no use when it does not hold
  std::string policy;   // name; empty = the default
  Duration patience{};  // it is told when it has held for so long
  Duration calm{};      // its end is told when it has been over for so long
};

// A DAG that is to succeed so often.
struct ExpectedSuccess {
  std::string dag;
  Duration every{};  // 0 = not expected any more
  AlertSeverity severity = AlertSeverity::error;
  std::string policy;
};
// `heard`: when it last succeeded, or from when on that is waited for.
Trouble trouble_of_silence(const ExpectedSuccess& expected, WallTime heard, WallTime now);

struct TroubleNews {
  KeyedAlertEvent told;
  std::string policy;
};

class TroubleBook {
 public:
  // What one look found, each key at most once. A key that is not among them is not known at the
  // moment: it stays as it is. The first look at a key tells its end as well, since an earlier
  // scheduler may have left an alert; whoever applies that knows whether there is one.
  std::vector<TroubleNews> look(const std::vector<Trouble>& found, BootTime now);

 private:
  struct Known {
    std::optional<bool> told;  // what was told last; none = nothing yet
    bool holds = false;        // at the last look
    BootTime since;            // the last change of `holds`
  };
  std::map<AlertKey, Known> known_;
};

}  // namespace tidemill
