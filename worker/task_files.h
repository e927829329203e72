// The text files in which a task leaves its results, parsed. Nothing in them is ever executed or
// expanded; what cannot be read is left out and said in `notes`, which go into the task's log.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/outcome.h"

namespace tidemill {

using Notes = std::vector<std::string>;

// `name=value` lines, and `name<<END` up to a line `END`. Of a name that comes twice the last value
// counts. Undeclared names are left out.
std::vector<std::pair<std::string, std::string>> parse_outputs(
    std::string_view text, const std::vector<std::string>& declared, Notes& notes);

// One JSON object a line.
std::vector<Metric> parse_metrics(std::string_view text, Notes& notes);
std::vector<CheckResult> parse_checks(std::string_view text, Notes& notes);

struct ProgressLine {
  double fraction = 0;
  std::string text;
};

// The last whole line "0.42 text" (or "42% text").
std::optional<ProgressLine> parse_progress(std::string_view text);

}  // namespace tidemill
