#include "core/alert/runbook.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tidemill {
namespace {

struct Heading {
  std::size_t begin = 0;  // of its line in the text
  std::size_t level = 0;  // 1 to 6
  std::string words;      // small letters
};

std::size_t level_of(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level >= 1 && level <= 6 && level < line.size() && line[level] == ' ' ? level : 0;
}

// Lines between ``` are no headings, whatever they begin with.
std::vector<Heading> headings_of(std::string_view text) {
  std::vector<Heading> headings;
  bool is_code = false;
  std::size_t begin = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("```")) is_code = !is_code;
    const std::size_t level = is_code ? 0 : level_of(line);
    if (level > 0) {
      headings.push_back({begin, level, to_lower_ascii(trim(line.substr(level)))});
    }
    begin += line.size() + 1;
  }
  return headings;
}

std::string_view section(std::string_view text, const std::vector<Heading>& headings,
                         std::size_t at) {
  const auto next = std::find_if(
      headings.begin() + static_cast<std::ptrdiff_t>(at) + 1, headings.end(),
      [&](const Heading& heading) { return heading.level <= headings[at].level; });
  const std::size_t end = next == headings.end() ? text.size() : next->begin;
  return text.substr(headings[at].begin, end - headings[at].begin);
}

}  // namespace

std::string_view runbook_for(std::string_view text, const AlertKey& key) {
  const auto headings = headings_of(text);
  const std::array<std::string, 3> wanted = {to_lower_ascii(key.task + " " + key.cause),
                                             to_lower_ascii(key.task), to_lower_ascii(key.cause)};
  for (const std::string& words : wanted) {
    if (words.empty()) continue;
    for (std::size_t i = 0; i < headings.size(); ++i) {
      if (headings[i].words == words) return section(text, headings, i);
    }
  }
  return text;
}

std::string_view cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t line_end = text.rfind('\n', most);
  if (line_end != std::string_view::npos) return text.substr(0, line_end);
  std::size_t size = 0;
  while (size < most) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text.substr(size)), 1);
    if (size + length > most) break;
    size += length;
  }
  return text.substr(0, size);
}

}  // namespace tidemill
