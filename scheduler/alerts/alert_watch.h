// Keeps alerts going: has the feed read soon after a commit that may have fed it, and timers when
// they are due. Everything on the scheduler's thread; an idle scheduler does no work for it but
// look at a flag.
#pragma once

#include <functional>

#include "scheduler/alerts/alert_book.h"
#include "scheduler/chore.h"
#include "scheduler/mutation.h"
#include "scheduler/observer.h"

namespace tidemill {

class AlertWatch : public Observer {
 public:
  struct World {
    LoadVersion load;
    std::function<PoliciesPtr()> policies;             // in force; null = none
    std::function<void(Mutation)> mutate;              // of the scheduler
    std::function<void(const std::string&)> complain;  // what could not be done
  };
  explicit AlertWatch(World world) : world_(std::move(world)) {}

  void on_commit(const Batch& batch) override;
  // Must not outlive this.
  Chore chore();

 private:
  void look(Now now);
  void turned(const Result<Json>& answer);

  World world_;
  bool fed_ = true;  // an earlier scheduler may have left something
  bool under_way_ = false;
  WallTime due_at_{};  // of the next timer; 0 = there is none
};

}  // namespace tidemill
