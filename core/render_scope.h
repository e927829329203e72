// The variables of one task while its environment is rendered; internal to rendering. A variable
// may use those before it, the DAG's come before the task's, later ones win.
#pragma once

#include <map>
#include <string>

#include "core/render.h"

namespace tidemill {

using Variables = std::map<std::string, std::string>;

// run_lookup and `env.NAME` out of `variables`, which may grow between two look-ups.
ExprLookup lookup_with_env(ExprLookup names, const Variables& variables);

// Adds the DAG's and the task's own variables to `variables`.
Status render_variables(const TaskSpec& spec, const ExprLookup& names, Variables& variables);

// What a task left, as objects; of a name written more than once, the last value without a slice.
Json outputs_json(const TaskResult& result);
Json metrics_json(const TaskResult& result);

// TIDEMILL_CONTEXT: what a task may want to know, in one document.
std::string context_of(const Dag& dag, const Run& run, TaskIndex task, std::uint32_t attempt_number,
                       const std::vector<RenderedInput>& inputs);

// The same for every attempt of one task of one run, and small enough for every library's seed.
std::int64_t task_seed(const Run& run, const TaskSpec& spec);

}  // namespace tidemill
