// Lines of comma-separated values (RFC 4180) that a spreadsheet opens as text: a cell that it would
// take for a formula has an apostrophe before it, as OWASP recommends against CSV injection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

std::string csv_cell(std::string_view text);
// With its line end, CR LF.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace tidemill
