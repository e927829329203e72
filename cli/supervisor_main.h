// The command line of `tidemill supervisor`, which the agent starts by itself. Only cli/main.cc
// includes this, because CLI11 is slow to compile.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/time.h"
#include "worker/supervisor.h"

namespace tidemill {

// An option that takes "500ms", "30s", "15m".
inline void add_duration_option(CLI::App& app, const std::string& name, Duration& value,
                                const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&value](const std::string& text) {
           const auto duration = parse_duration(text);
           if (!duration.ok()) throw CLI::ValidationError(duration.error().message);
           value = *duration;
         },
         help)
      ->type_name("DURATION");
}

inline void add_supervisor_options(CLI::App& app, SupervisorOptions& options) {
  app.add_option("--directory", options.directory, "The worker's own folder")->required();
  add_duration_option(app, "--linger", options.linger,
                      "How long it stays without an agent and tasks (default 60s)");
}

}  // namespace tidemill
