// Why nothing is heard of a task: its worker is out of reach. In one sentence with the holder,
// since when, when the lease ends and what happens then. Pure.
#pragma once

#include <optional>

#include "core/explain.h"
#include "scheduler/engine.h"

namespace tidemill {

// nullopt = the task is on no worker, or on one that is heard.
std::optional<std::string> out_of_reach(const Engine& engine, const LiveRun& live, TaskIndex task,
                                        Now now);

// explain_task() of a live run, which says that first.
Explanation explain_live_task(const Engine& engine, const LiveRun& live, TaskIndex task, Now now);

}  // namespace tidemill
