#include "core/parse/place.h"

#include <algorithm>

namespace tidemill {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int count_characters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

}  // namespace

SourceText::SourceText(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  line_starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string_view::npos;
       at = text_.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
}

Mark SourceText::at(std::size_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(after - 1);
  return {static_cast<int>(after - line_starts_.begin()),
          count_characters(text_.substr(start, offset - start)) + 1};
}

std::string_view SourceText::line(int number) const {
  const auto index = static_cast<std::size_t>(number - 1);
  if (number < 1 || index >= line_starts_.size()) return {};
  const std::size_t begin = line_starts_[index];
  const std::size_t end = index + 1 < line_starts_.size() ? line_starts_[index + 1] : text_.size();
  return text_.substr(begin, end - begin);
}

std::size_t SourceText::offset_of(Mark mark) const {
  const std::string_view content = line(mark.line);
  std::size_t at = 0;
  for (int column = 1; column < mark.column && at < content.size(); ++column) {
    ++at;
    while (at < content.size() && is_continuation(content[at])) ++at;
  }
  return static_cast<std::size_t>(content.data() - text_.data()) + at;
}

Mark SourceText::place_in_block(const YamlNode& node, std::size_t offset) const {
  const std::string_view before = std::string_view(node.text).substr(0, offset);
  const auto lines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') + 1;
  std::string_view wanted = std::string_view(node.text).substr(start);
  wanted = wanted.substr(0, wanted.find('\n'));
  const int number = node.mark.line + 1 + lines;
  const std::size_t at = line(number).find(wanted);
  if (wanted.empty() || at == std::string_view::npos) return node.mark;
  return {number, count_characters(line(number).substr(0, at)) +
                      count_characters(before.substr(start)) + 1};
}

Mark SourceText::place(const YamlNode& node, std::size_t offset) const {
  if (node.mark.line < 1 || offset > node.text.size()) return node.mark;
  std::size_t at = offset_of(node.mark);
  if (at >= text_.size()) return node.mark;
  if (node.quoted && text_[at] == '|') return place_in_block(node, offset);
  if (node.quoted) ++at;
  if (text_.substr(at, offset) != std::string_view(node.text).substr(0, offset)) return node.mark;
  const std::string_view before = text_.substr(at, offset);
  if (before.find('\n') != std::string_view::npos) return node.mark;
  return {node.mark.line, node.mark.column + (node.quoted ? 1 : 0) + count_characters(before)};
}

}  // namespace tidemill
