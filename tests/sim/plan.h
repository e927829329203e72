// What one seed makes: DAGs, how each task behaves, workers, and how much goes wrong.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/outcome.h"
#include "tests/sim/random.h"

namespace tidemill::sim {

struct Behaviour {
  enum class Kind { succeeds, fails, flaky, killed, asks_for_retry, skips } kind = Kind::succeeds;
  int failures = 0;  // flaky: how many recorded attempts fail before one succeeds
  std::int64_t least_us = 1000, most_us = 1000;
};

// A DAG whose final states do not depend on the order in which tasks end is `ordered`: false.
struct PlannedDag {
  DagPtr dag;
  std::vector<Behaviour> behaviours;  // by task
  bool depends_on_order = false;
};

struct PlannedRun {
  std::size_t dag = 0;
  std::int64_t submit_at_us = 0;
  std::int64_t cancel_at_us = 0;  // 0 = never
};

struct PlannedWorker {
  std::string name;
  int slots = 1;
  std::vector<std::string> labels;
};

struct Plan {
  std::vector<PlannedDag> dags;
  std::vector<PlannedRun> runs;
  std::vector<PlannedWorker> workers;
  bool has_faults = true;
  int scheduler_crashes = 0;     // at most
  int worker_losses = 0;         // supervisor crashes and reboots; each may cost a task one attempt
  int small_faults = 0;          // agent crashes, cut connections, clock jumps
  int people_acts = 0;           // pauses, clears, marks and the like, by hand
  std::int64_t commit_us = 300;  // a commit takes up to this
  std::int64_t heal_at_us = 0;
};

Plan make_plan(std::uint64_t seed);

// How attempt number `recorded` + 1 ends, `recorded` being the attempts of the task that ended and
// were not lost.
Outcome outcome_of(const Behaviour& behaviour, std::uint32_t recorded);

}  // namespace tidemill::sim
