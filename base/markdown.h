// Texts in the pages that are made from tables of the code.
#pragma once

#include <string>
#include <string_view>

namespace tidemill {

// A cell of a table: a bar needs a backslash there, even in code.
std::string markdown_cell(std::string_view text);

}  // namespace tidemill
