// What is worth saying about a task beside its name, in the words of the DAG file.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"

namespace tidemill {

// "rule one_success", "pool gpu (2 slots)", "if params.full", …: only what differs from the
// default.
std::vector<std::string> task_notes(const TaskSpec& task);

// The rule or expression that decides over the upstreams; empty for the default rule.
std::string rule_note(const TaskSpec& task);

}  // namespace tidemill
