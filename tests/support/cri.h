// Reading logs back in tests.
#pragma once

#include <sstream>
#include <string>

namespace tidemill::testing {

// What was written to `stream`, lines put together again.
inline std::string cri_text(const std::string& log, const std::string& stream) {
  std::istringstream lines(log);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) != stream) continue;
    text += line.substr(second + 3);
    if (line[second + 1] == 'F') text += '\n';
  }
  return text;
}

}  // namespace tidemill::testing
