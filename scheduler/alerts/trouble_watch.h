// Has an eye on the scheduler's own troubles and on silent DAGs, and tells alerts of them. On the
// scheduler's thread, a few times a minute.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/alert/policies_parser.h"
#include "core/alert/trouble.h"
#include "scheduler/alerts/silent_dags.h"
#include "scheduler/alerts/troubles.h"
#include "scheduler/chore.h"
#include "scheduler/mutation.h"
#include "scheduler/observer.h"
#include "scheduler/people/readers.h"

namespace tidemill {

class TroubleWatch : public Observer {
 public:
  struct World {
    std::string database;  // path
    Readers& readers;
    std::function<std::shared_ptr<const CatalogView>()> dags;  // null = not known yet
    std::function<std::optional<DiskWatch::Look>()> disk;      // the last look at it
    std::function<PoliciesPtr()> policies;                     // in force
    std::function<void(Mutation)> mutate;                      // of the scheduler
    std::function<void(const std::string&)> complain;          // what could not be done
  };
  explicit TroubleWatch(World world) : world_(std::move(world)) {}

  void on_commit(const Batch& batch) override { silent_.on_commit(batch); }
  // Must not outlive this.
  Chore chore();

 private:
  void look(const Engine& engine, Now now);
  Status look_for_silent(Now now, std::vector<Trouble>& found);
  void tell(std::vector<TroubleNews> news, Now now);

  World world_;
  SilentDags silent_;
  TroubleBook book_;
  bool log_is_large_ = false;
  std::string problem_;  // said last
};

}  // namespace tidemill
