#include "cli/plain_markdown.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

// How many `mark` a line begins with, behind at most three spaces.
std::size_t leading(std::string_view line, char mark) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  if (begin > 3) return 0;
  const std::size_t end = std::min(line.find_first_not_of(mark, begin), line.size());
  return end - begin;
}

// A fence is three or more of one character; only one at least as long, with nothing behind it,
// ends the block.
struct Fence {
  char mark = 0;  // 0 = outside of a block
  std::size_t length = 0;

  bool is_line_of(std::string_view line) {
    if (mark == 0) return opens(line);
    if (leading(line, mark) < length) return false;
    if (trim(line).find_first_not_of(mark) != std::string_view::npos) return false;
    mark = 0;
    return true;
  }

 private:
  bool opens(std::string_view line) {
    for (const char candidate : {'`', '~'}) {
      length = leading(line, candidate);
      if (length < 3) continue;
      // `a ``` b` in one line is no block.
      if (candidate == '`' && trim(line).substr(length).find('`') != std::string_view::npos)
        continue;
      mark = candidate;
      return true;
    }
    return false;
  }
};

std::string_view without_heading(std::string_view line) {
  const std::size_t marks = leading(line, '#');
  if (marks == 0 || marks > 6) return line;
  const std::string_view rest = trim(line).substr(marks);
  return rest.empty() || rest.front() == ' ' ? trim(rest) : line;
}

}  // namespace

std::vector<std::string_view> plain_markdown(std::string_view text) {
  std::vector<std::string_view> lines;
  Fence fence;
  const std::size_t begin = std::min(text.find_first_not_of("\r\n"), text.size());
  text.remove_prefix(begin);
  for (const std::string_view line : split(text, '\n')) {
    if (fence.is_line_of(line)) continue;
    lines.push_back(fence.mark == 0 ? without_heading(line) : line);
  }
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  return lines;
}

}  // namespace tidemill
