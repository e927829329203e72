// One attempt whose process was started and is not yet over, as the supervisor holds it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "protocol/messages.h"
#include "worker/capture.h"
#include "worker/cgroup.h"
#include "worker/journal.h"

namespace tidemill {

inline constexpr Duration kSamplePause = std::chrono::milliseconds(200);  // between looks at memory

struct Attempt {
  message::Spawn spawn;  // without argv, env and masks, which nobody needs after exec
  journal::Begun begun;  // as it stands in the journal
  pid_t leader = 0;
  WallTime started_at;
  BootTime exec_at;
  std::unique_ptr<Capture> capture;  // made with the first byte
  std::vector<std::string> masks;    // the secrets given with Spawn
  Fd out, err;                       // read ends, blocking; closed at the stream's end
  bool watched = false;              // out and err are in the poll set
  std::unique_ptr<AttemptCgroup> cgroup;

  // Being ended.
  std::optional<Cause> stopped_for;
  std::string stop_reason;
  bool killed = false;  // SIGKILL was sent, and goes to whatever still turns up
  std::optional<BootTime> kill_at;
  bool said_unkillable = false;
  BootTime killed_at;

  // The leader is reaped; what it left behind is being ended.
  bool leader_gone = false;
  int wait_status = 0;
  WallTime ended_at;
  std::optional<BootTime> leftovers_end_at;  // until then they may end by themselves
  std::vector<std::string> left_behind;      // their names, for the log

  std::optional<BootTime> sample_at;  // next look at its memory
  Usage usage;
};

}  // namespace tidemill
