// Removes old runs and old logs, on a thread of its own: it looks for them by a connection that
// only reads, has the scheduler remove rows a few runs at a time, and removes files itself. A run
// that has not ended is never touched. What it had begun when the process died is found again.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scheduler/mutation.h"
#include "scheduler/storage/remove_runs.h"

namespace tidemill {

struct JanitorRules {
  RetentionRule runs;
  std::uint64_t log_bytes = 0;  // of all logs together; 0 = any
};

class Janitor {
 public:
  struct World {
    std::string data_dir;
    std::function<void(Mutation)> mutate;          // of the scheduler
    std::function<void(const std::string&)> note;  // what was removed
    std::function<void(const std::string&)> complain;
  };
  Janitor(World world, JanitorRules rules);
  ~Janitor();  // before the scheduler that it asks ends

  // Any thread: takes over the rules and looks at once.
  void set_rules(JanitorRules rules);

  static constexpr Duration kEvery = std::chrono::minutes(1);
  static constexpr std::size_t kRunsAtOnce = 50;

 private:
  struct Shared;  // with answers that may come after this object is gone
  void work();
  Status pass(const JanitorRules& rules);
  Status remove_old(Database& database, const RetentionRule& rule);
  Status remove_logs_of_removed(Database& database);
  Status keep_quota(Database& database, std::uint64_t most);
  Result<Json> change(std::function<Result<Json>(Database&)> store, std::size_t weight,
                      std::optional<AuditEntry> audit);

  World world_;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace tidemill
