// DAGs that say `expect_run_every`: who has not succeeded for longer than that. The scheduler's
// thread; reads the database once for each of them, then listens.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/alert/trouble.h"
#include "scheduler/catalog.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

class SilentDags {
 public:
  void on_commit(const Batch& batch);  // successes

  // `last_success` reads the end of the newest success of a DAG from rows, 0 = there is none. A DAG
  // that is paused, and every DAG during a freeze, is not among the answers: its silence is wanted.
  // The time counts from the end of that on.
  using LastSuccess = std::function<Result<WallTime>(const std::string& dag)>;
  Result<std::vector<Trouble>> look(const CatalogView& view, WallTime now,
                                    const LastSuccess& last_success);

 private:
  Result<WallTime> heard_of(const DagView& dag, const LastSuccess& last_success);

  std::map<std::string, WallTime, std::less<>> heard_;  // of those that were looked up
  std::set<std::string> watched_;                       // at the last look
};

}  // namespace tidemill
