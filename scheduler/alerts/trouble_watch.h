// Has an eye on the scheduler's own troubles and tells alerts of them. On the scheduler's thread, a
// few times a minute.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/alert/policies_parser.h"
#include "core/alert/trouble.h"
#include "scheduler/alerts/troubles.h"
#include "scheduler/chore.h"
#include "scheduler/mutation.h"

namespace tidemill {

class TroubleWatch {
 public:
  struct World {
    std::string database;                                  // path
    std::function<std::optional<DiskWatch::Look>()> disk;  // the last look at it
    std::function<PoliciesPtr()> policies;                 // in force
    std::function<void(Mutation)> mutate;                  // of the scheduler
    std::function<void(const std::string&)> complain;      // what could not be done
  };
  explicit TroubleWatch(World world) : world_(std::move(world)) {}

  // Must not outlive this.
  Chore chore();

 private:
  void look(const Engine& engine, Now now);
  void tell(std::vector<TroubleNews> news, Now now);

  World world_;
  TroubleBook book_;
  bool log_is_large_ = false;
};

}  // namespace tidemill
