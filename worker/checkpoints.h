// Folders that a task's later attempts find again, with the same path (TIDEMILL_CHECKPOINT). An
// attempt gets a numbered folder; only when it leaves something there is the folder bound to its
// task, by a symbolic link `of-<run>-<task>` beside it. Untouched ones serve the next attempt.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/fd.h"
#include "base/id.h"

namespace tidemill {

class Checkpoints {
 public:
  explicit Checkpoints(std::string root) : root_(std::move(root)) {}

  Status open();

  struct Taken {
    std::int64_t number = 0;
    bool has_content = false;  // an attempt before left something: TIDEMILL_RESUME=1
  };
  Result<Taken> take(RunId run, TaskIndex task);
  void take_known(std::int64_t number) { free_.erase(number); }
  std::string path(std::int64_t number) const;

  // At the attempt's end, before anybody hears of it: what a failed one left is kept for the next.
  void settle(std::int64_t number, RunId run, TaskIndex task, bool succeeded);
  // When the attempt is over for good. True when the folder has to be cleaned (in the background)
  // and offered again.
  bool release(std::int64_t number, RunId run, TaskIndex task);
  static Status clean(const std::string& path);
  void offer(std::int64_t number) { free_.insert(number); }

 private:
  std::string link_path(RunId run, TaskIndex task) const;

  const std::string root_;
  std::set<std::int64_t> free_;
  std::map<std::string, std::int64_t> bound_;  // by link name
  std::int64_t next_ = 1;
};

}  // namespace tidemill
