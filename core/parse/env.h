// Reads `env:` and `secrets:`: names that cannot hurt, values that can be templates, and what all
// of it weighs.
#pragma once

#include <string>

#include "core/parse/context.h"

namespace tidemill {

// Linux takes 128 KiB for one argument or variable (MAX_ARG_STRLEN), and here 2 MiB for all of them
// together (ARG_MAX); the rest is left to parameters, outputs and our own variables.
inline constexpr std::size_t kMaxArgumentBytes = (128u << 10) - 1;
inline constexpr std::size_t kMaxEnvironmentBytes = 1u << 20;

// Own values replace inherited ones of the same name and come last. `nodes` runs parallel to
// task.env.
void read_env(ParseContext& context, const YamlNode& node, TaskSpec& task,
              std::vector<const YamlNode*>& nodes);

// Why no variable may have this name; empty = it may.
std::string refuse_env_name(std::string_view name);

// A text that may hold ${{ … }}; complains when it cannot be read.
Template read_template(ParseContext& context, const YamlNode& node, const std::string& where);

void check_environment_size(ParseContext& context, const TaskSpec& task, Mark mark,
                            const std::string& where);

}  // namespace tidemill
