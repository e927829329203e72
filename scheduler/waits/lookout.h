// Looks at what tasks wait for: files, addresses, datasets. Never on the scheduler's thread;
// however many tasks wait, there are a few threads. A task that is being looked at is not looked at
// again before its answer is there.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/event.h"
#include "scheduler/http/probe.h"
#include "scheduler/people/address.h"
#include "scheduler/shell_effect.h"
#include "scheduler/storage/dataset_reader.h"

namespace tidemill {

struct LookoutRules {
  std::string database;                        // path; for datasets
  std::vector<AddressRange> private_networks;  // that may be asked all the same
  Duration limit = std::chrono::seconds(10);   // of one question to an address
};

class Lookout {
 public:
  // Called on threads of the lookout.
  using Answer = std::function<void(RunId, event::Looked)>;
  Lookout(LookoutRules rules, Answer answer);
  ~Lookout();  // answers nothing any more when it returns
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  void look(shell_effect::Look look);  // any thread; does not block

 private:
  using Key = std::pair<RunId, TaskIndex>;

  void work();
  void ask(shell_effect::Look look);
  event::Looked look_at_file(const shell_effect::Look& look) const;
  // `reader` is the thread's own, opened by the first look.
  event::Looked look_at_dataset(const shell_effect::Look& look,
                                std::optional<DatasetReader>& reader) const;
  void done(const shell_effect::Look& look, event::Looked looked);

  LookoutRules rules_;
  Answer answer_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<shell_effect::Look> waiting_;  // files and datasets
  std::set<Key> under_way_;                 // also those that wait
  bool ending_ = false;

  http::Prober prober_;
  std::vector<std::thread> threads_;
};

}  // namespace tidemill
