// What /proc tells of other processes. All of it may be out of date the moment it is read: a
// process that is gone is simply not there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace tidemill {

struct ProcessStat {
  std::string name;
  char state = '?';  // Z is a zombie
  pid_t parent = 0, group = 0, session = 0;
  std::int64_t start_ticks = 0;  // of 1/100 s since boot (CLOCK_BOOTTIME)
};

std::string read_boot_id();
std::optional<ProcessStat> read_stat(pid_t pid);
std::vector<pid_t> list_processes();
// Children of a process's first thread; empty where the kernel does not tell.
std::vector<pid_t> read_children(pid_t pid);
// True when the environment that `pid` was exec'd with has the variable `name=value`.
bool has_variable(pid_t pid, std::string_view variable);
// Resident memory in bytes that is not backed by files: an upper bound when pages are shared.
std::uint64_t read_anonymous_memory(pid_t pid);
// The same, shared pages divided among their users; slower.
std::uint64_t read_proportional_memory(pid_t pid);

// The children of this process's first thread, orphans it adopted as subreaper included.
class ChildrenList {
 public:
  ChildrenList();
  std::vector<pid_t> read() const;

 private:
  Fd file_;  // stays open: reading again costs half a microsecond
};

}  // namespace tidemill
