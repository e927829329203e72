// `uses:` and `with:` of a task: the built-in actions, which wait instead of running a program.
#pragma once

#include <string>

#include "core/parse/context.h"

namespace tidemill {

void read_waiting_task(ParseContext& context, const YamlNode::Entry& entry,
                       const std::string& where, TaskSpec& task, TaskSource& source);

// `publish:` of a task.
void read_publish(ParseContext& context, const YamlNode& node, TaskSpec& task);
// Shared with `triggers:`; false, with a finding, when this cannot be the name of a dataset.
bool check_dataset_name(ParseContext& context, const YamlNode& node);

}  // namespace tidemill
