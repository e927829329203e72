// Pictures of a DAG and of a run for people and programs.
#pragma once

#include <string>

#include "base/json.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

std::string dag_to_text(const Dag& dag);  // an indented tree by levels, with rules and pools
std::string dag_to_dot(const Dag& dag, const Run* run = nullptr);  // Graphviz; coloured by state
std::string dag_to_mermaid(const Dag& dag);
Json params_to_json(const std::vector<ParamSpec>& specs);  // defaults that are secrets as ***
Json dag_to_json(const Dag& dag);
Json run_to_json(const Dag& dag, const Run& run);
Json result_to_json(const TaskResult& result);

}  // namespace tidemill
