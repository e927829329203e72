// The log of the scheduler, on stderr: with a time on a terminal or in a file, with a syslog
// priority ("<6>") for the journal, which has the time itself, or as one JSON object a line. Text
// that others chose cannot forge lines or escape to the terminal. Any thread.
#pragma once

#include <memory>
#include <string>

#include "scheduler/daemon.h"

namespace tidemill {

enum class LogForm { text, journal, json };

class DaemonLog {
 public:
  DaemonLog(LogForm form, NoteLevel least);
  ~DaemonLog();
  void write(NoteLevel level, const std::string& text);
  void set_least(NoteLevel level);

 private:
  struct Backend;
  std::unique_ptr<Backend> backend_;
};

// "debug", "info", "warning", "error".
NoteLevel note_level_from(const std::string& word);

}  // namespace tidemill
