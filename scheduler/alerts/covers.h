// What keeps an alert from being told at this moment: a silence, a maintenance window, or an open
// alert further up that explains it. Looks at rows; inside one transaction.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scheduler/storage/alert_rows.h"
#include "scheduler/storage/silence_rows.h"

namespace tidemill {

class Covers {
 public:
  Covers(Database& database, WallTime now) : database_(database), now_(now) {}

  // Begins and ends silences whose time has come, with a line in the timeline of each alert that
  // one of them held back. True when there was any. Before anything else is asked.
  Result<bool> move();
  // The same for one that a person ends.
  Status end(const SilenceRow& row, const std::string& by);

  // A sentence that says why; empty = nothing keeps it. Asked anew each time but for silences.
  Result<std::string> why(const Alert& alert);

 private:
  Result<std::string> silenced(const Alert& alert);
  Result<std::string> explained(const Alert& alert);
  // What was read of silences is read again.
  void forget() { known_ = false; }
  Status note_end(const SilenceRow& row, const std::string& text);

  Database& database_;
  WallTime now_;
  bool known_ = false;
  std::vector<SilenceRow> active_;
};

}  // namespace tidemill
