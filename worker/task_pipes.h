// The pipes between a task and its log: made ahead of time where possible, because between the end
// of one task and the start of the next every microsecond is lost to a slot.
#pragma once

#include <cstddef>
#include <vector>

#include "base/fd.h"

namespace tidemill {

struct TaskPipes {
  Fd out, err;            // our ends
  Fd task_out, task_err;  // the task's
};

class PipeStock {
 public:
  // One from the stock, or a new one.
  Result<TaskPipes> take();
  // Fills the stock up to `count`, as far as there are descriptors.
  void fill(std::size_t count);

 private:
  std::vector<TaskPipes> stock_;
};

}  // namespace tidemill
