// Reads what a task promises and takes: outputs, metrics, artifacts, expect. Inputs are resolved
// later, when every task is known.
#pragma once

#include <string>

#include "core/parse/context.h"

namespace tidemill {

void read_task_contract(ParseContext& context, const YamlNode& node, const std::string& where,
                        TaskSpec& task);

// ">= 1000", "0.5..2", "== ok", "1000". The error says what is wrong with it.
Result<ExpectRule> parse_expect(std::string_view name, std::string_view text);

// Why no artifact may lie there; empty = it may.
std::string refuse_artifact_path(std::string_view path);

}  // namespace tidemill
