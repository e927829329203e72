// Markdown for eyes on a terminal: the lines of a code block without its fences, headings without
// their marks, everything else as it was written.
#pragma once

#include <string_view>
#include <vector>

namespace tidemill {

// The views point into `text`.
std::vector<std::string_view> plain_markdown(std::string_view text);

}  // namespace tidemill
