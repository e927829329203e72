// Tells the operator, once for each task, of ready tasks that no worker here can take: a label that
// nobody has, more memory than the largest has. Without it such a run looks as if it were at work.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/engine.h"

namespace tidemill {

class StuckTasks {
 public:
  // A worker may be about to say hello.
  static constexpr Duration kPatience = std::chrono::seconds(2);

  // What has not been told yet. Cheap to call in every turn; really looks once a second.
  std::vector<std::string> look(const Engine& engine, Now now);
  // When to look again although nothing happens; none = no task is ready.
  std::optional<BootTime> next_look() const { return next_look_; }

 private:
  std::set<std::pair<RunId, TaskIndex>> told_;
  std::optional<BootTime> next_look_;
};

}  // namespace tidemill
