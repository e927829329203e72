// What the triggers of several DAGs mean together: loops, and names that nobody has.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/dag.h"
#include "core/finding.h"

namespace tidemill {

struct DagTriggerFinding {
  std::size_t dag = 0;  // position in the DAGs given
  Finding finding;
};

// `dags` have different names; null ones stand for files that are broken, whose names are in
// `broken`. A loop is a finding of every DAG in it.
std::vector<DagTriggerFinding> check_dag_triggers(std::span<const DagPtr> dags,
                                                  std::span<const std::string> broken);

}  // namespace tidemill
