// The part of a runbook that is about one alert.
#pragma once

#include <string>
#include <string_view>

#include "core/alert/alert.h"

namespace tidemill {

// A Markdown file may have a section for a task or a class of causes: under a heading that is the
// task's name ("## train"), the cause ("## oom"), or both ("## train oom", which is preferred; then
// the task). That section with its heading; without one, the whole text.
std::string_view runbook_for(std::string_view text, const AlertKey& key);

// At most `most` bytes of whole lines, or of whole characters when the first line is longer.
std::string_view cut_text(std::string_view text, std::size_t most);

}  // namespace tidemill
