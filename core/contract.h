// Does a successful attempt keep its promises? Declared outputs, metrics and artifacts must be
// there and every `expect` must hold; otherwise the attempt ends with cause `contract`.
#pragma once

#include <optional>
#include <string>

#include "core/dag.h"
#include "core/outcome.h"

namespace tidemill {

// nullopt = kept; otherwise all broken promises in one sentence, with the numbers.
// `artifact_problems` is what the worker said of the artifacts that are not there; empty = they
// were not written.
std::optional<std::string> broken_contract(const TaskSpec& task, const TaskResult& result,
                                           const std::string& artifact_problems = {});

}  // namespace tidemill
