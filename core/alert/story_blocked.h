// Which other DAGs do not start because a run did not succeed: by their triggers, and by those of
// what they would have started.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/alert/alert_story.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// Datasets that the run was to update and did not, or not yet.
std::set<std::string> datasets_held_back(const Dag& dag, const Run& run);

struct TroubleSource {
  std::string dag;
  RunState state = RunState::failed;  // of its run; queued and running: nobody knows yet
  std::set<std::string> datasets;     // held back
};
// `dags`: every DAG as it is now. Names that `may_see` refuses are only counted, also where they
// are the reason of another. Nearest first; loops end.
void add_blocked_dags(const std::vector<const Dag*>& dags, const TroubleSource& source,
                      const std::function<bool(const std::string&)>& may_see,
                      StoryBlocked& blocked);

}  // namespace tidemill
