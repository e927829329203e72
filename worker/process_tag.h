// The mark by which a process is known to belong to an attempt, whatever it did since: it is the
// soft limit RLIMIT_LOCKS, which Linux has not used since 2.4 and which every child inherits
// through fork, exec, setsid and `env -i`. Unlike the environment it costs one system call to read.
//
// The number is a hash of the worker's folder (so that two workers of one host never hurt each
// other's processes) and the low half of the attempt's id.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.h"

namespace tidemill {

class ProcessTag {
 public:
  explicit ProcessTag(const std::string& worker_directory);

  rlim_t of(AttemptId attempt) const;
  // What a process sets to carry it.
  rlimit limit_of(AttemptId attempt) const { return {of(attempt), hard_limit_}; }
  // The tag of a living process if it is one of this worker's, of whatever attempt.
  std::optional<rlim_t> read(pid_t pid) const;
  // For the environment: the second, weaker mark.
  const std::string& worker_mark() const { return worker_mark_; }

 private:
  rlim_t worker_;      // in the upper half, sign bit clear, never 0
  rlim_t hard_limit_;  // ours, which the tag leaves as it is
  std::string worker_mark_;
};

}  // namespace tidemill
