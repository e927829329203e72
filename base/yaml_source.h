// What can be said about a YAML file from its bytes and lines alone, before any library sees them.
// Internal to base/yaml*.cc.
#pragma once

#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace tidemill {

struct YamlSource {
  std::string_view text;  // without a byte order mark
  bool ascii = true;
  bool has_content = false;  // anything but blank lines, comments and one `---`
  // Offsets of tabs that stand in the white space at the start of a line with content. Inside a
  // block or quoted scalar they are text; anywhere else they are a mistake.
  std::vector<std::size_t> leading_tabs;
  std::vector<YamlProblem> problems;
};

YamlSource inspect_yaml(std::string_view text, const YamlLimits& limits);

// Line and column of a byte offset.
Mark mark_at(std::string_view text, std::size_t offset);

// How many characters a piece of UTF-8 shows.
int count_characters(std::string_view text);

}  // namespace tidemill
