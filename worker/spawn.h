// Starts one process: clone with the memory shared and the parent suspended until exec (as vfork),
// on a stack of its own. That costs the same whatever the parent's size, needs no file actions, and
// lets the child hand its errno back through a plain variable.
//
// The child has its own session and process group, default signals, no descriptors but 0, 1 and 2,
// the attempt's tag, and a raised oom_score_adj. What all tasks share (no new privileges, no core
// dumps) the supervisor sets once on itself.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace tidemill {

class Journal;

struct SpawnPlan {
  const std::vector<std::string>* argv = nullptr;
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory;
  std::optional<unsigned> umask;
  int in = -1, out = -1, err = -1;  // all above 2
  rlimit tag{};                     // RLIMIT_LOCKS, see ProcessTag
  std::optional<rlimit>
      descriptors;             // RLIMIT_NOFILE to give back, when the supervisor raised its own
  int cgroup = -1;             // cgroup.procs, open for writing; -1 = none
  Journal* journal = nullptr;  // with a begin record queued
};

// Which step refused, for the words of spawn_error().
enum class SpawnStep { none, clone, journal, cgroup, directory, exec };

struct SpawnResult {
  pid_t pid = 0;  // 0 when there is no process any more
  SpawnStep failed = SpawnStep::none;
  int error = 0;
};

// Of an executable without a slash, every place where PATH of the task's environment says it may
// be.
std::vector<std::string> executable_candidates(const std::string& name,
                                               const std::vector<std::string>& environment);

// Must be called on a thread whose signals are blocked as far as they have handlers. The failed
// child is reaped.
SpawnResult spawn_process(const SpawnPlan& plan);

// What went wrong and what to do about it.
std::string spawn_error(const SpawnPlan& plan, const SpawnResult& result);

}  // namespace tidemill
