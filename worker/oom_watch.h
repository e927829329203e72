// Whether the kernel killed somebody for lack of memory lately, from /proc/vmstat. It does not say
// whom, so this only explains a SIGKILL that we did not send: OomEvidence::host at most.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/time.h"
#include "worker/ending.h"

namespace tidemill {

// Out of memory, the kernel shall take a task before the processes that look after it: raises
// oom_score_adj of a process and of all below it. Their later children inherit it.
void prefer_for_oom(pid_t pid);

class OomWatch {
 public:
  // Looks at most once a second, unless `now_certainly`. Call it while something runs.
  void look(BootTime now, bool now_certainly = false);
  OomEvidence since(BootTime start) const {
    if (count_ < 0) return OomEvidence::unknown;
    return last_kill_ >= start ? OomEvidence::host : OomEvidence::none;
  }

 private:
  std::int64_t count_ = -1;
  BootTime last_look_{-10'000'000};
  BootTime last_kill_{-1};
};

}  // namespace tidemill
