// Where inside a file a character of a YAML text stands, so that a finding about the third field of
// a cron expression, or the fifth line of a script, points there and not at the start of the value.
#pragma once

#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace tidemill {

class SourceText {
 public:
  explicit SourceText(std::string_view text);

  // The place of byte `offset` of node.text. Where the text differs from what stands in the file
  // (escapes, folded lines), the start of the value.
  Mark place(const YamlNode& node, std::size_t offset) const;

  // The place of a byte of text().
  Mark at(std::size_t offset) const;
  std::string_view text() const { return text_; }  // without a byte order mark

 private:
  std::size_t offset_of(Mark mark) const;
  std::string_view line(int number) const;
  Mark place_in_block(const YamlNode& node, std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace tidemill
