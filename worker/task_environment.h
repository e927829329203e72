// The environment of an attempt: a few variables of the host, what the DAG says, secrets, and the
// paths of the task contract. Later ones win, but for the paths, which always do.
#pragma once

#include <string>

#include "protocol/messages.h"

namespace tidemill {

struct TaskPaths {
  std::string workspace;
  std::string checkpoint;
  bool resume = false;
};

message::Variables make_environment(const message::Start& start, const TaskPaths& paths,
                                    const message::Variables& host);

// PATH, HOME, USER, LOGNAME, SHELL, LANG, LC_ALL, TZ and TMPDIR of this process, as far as set.
// PATH has a default.
message::Variables host_environment();

}  // namespace tidemill
