// What the tasks of a dag took in its last runs, from their rows.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "core/eta.h"

namespace tidemill {

// The median of each task over its successes in the last ten ended runs; of a dag of very many
// tasks, in fewer runs, so that it stays a fraction of a second.
Result<TaskHistory> read_past(const std::string& database, const Dag& dag);

// Reads on a thread of its own. Without a past there is only a worse order, so what cannot be read
// is told and otherwise left.
class PastReader {
 public:
  // Both are called on its thread.
  struct World {
    std::string database;  // path
    std::function<void(DagPtr, TaskHistory)> tell;
    std::function<void(const std::string&)> complain;
  };
  explicit PastReader(World world);
  ~PastReader();  // tells nothing any more when it returns
  PastReader(const PastReader&) = delete;
  PastReader& operator=(const PastReader&) = delete;

  void read(DagPtr dag);  // any thread; does not block

 private:
  void work();

  World world_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<std::string, DagPtr> wanted_;  // by name
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tidemill
