// A control group (version 2) for each attempt, below the folder that TIDEMILL_CGROUP names, which
// must be delegated to us. Where there is none, limits are watched by sampling instead and stopping
// follows the processes' tags.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/id.h"
#include "worker/ending.h"

namespace tidemill {

class AttemptCgroup {
 public:
  AttemptCgroup(std::string path, Fd procs) : path_(std::move(path)), procs_(std::move(procs)) {}
  ~AttemptCgroup();  // removes it; it is empty by then
  AttemptCgroup(const AttemptCgroup&) = delete;
  AttemptCgroup& operator=(const AttemptCgroup&) = delete;

  int procs() const { return procs_.get(); }
  bool limits_memory() const { return limits_memory_; }
  bool set_limits(std::uint64_t memory, double cpu);
  void kill() const;  // everything in it at once, forks in flight included
  OomEvidence oom_evidence() const;

 private:
  std::string path_;
  Fd procs_;
  bool limits_memory_ = false;
};

class CgroupFolder {
 public:
  // From the environment; an error when it is named and unusable. Groups carry the mark of the
  // worker (ProcessTag::worker_mark): two workers with one folder leave each other's alone.
  static Result<CgroupFolder> from_environment(std::string_view worker_mark);
  bool enabled() const { return !path_.empty(); }
  // Ends and removes what a supervisor of this worker left; waits up to two seconds for the kernel
  // to end it. What is still there then stays until the next start.
  void clean() const;
  Result<std::unique_ptr<AttemptCgroup>> make(AttemptId attempt) const;

 private:
  std::string path_;
  std::string prefix_;  // of the names of our groups
};

}  // namespace tidemill
