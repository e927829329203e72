#include "cli/cri_text.h"

#include <fmt/format.h>

namespace tidemill {
namespace {

// The next word of `line`, which is cut off it together with the space behind it.
std::string_view take_word(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

// Escape sequences other than colours, and control characters, must not steer the reader's
// terminal.
std::string harmless(std::string_view text, bool colour) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == 0x1b) {
      const std::size_t end = text.find_first_not_of("[0123456789;", at + 1);
      const bool is_colour = end != std::string_view::npos && text[end] == 'm';
      if (is_colour && colour) out.append(text.substr(at, end - at + 1));
      if (is_colour) at = end;
      if (!is_colour) out += "\\x1b";
    } else if (c == '\t' || c >= 0x20) {
      if (c == 0x7f)
        out += "\\x7f";
      else
        out.push_back(text[at]);
    } else if (c != '\r') {
      out += fmt::format("\\x{:02x}", c);
    }
  }
  return out;
}

}  // namespace

std::string CriText::show_line(std::string_view line) {
  const std::string_view time = take_word(line);
  const std::string_view stream = take_word(line);
  const std::string_view tag = take_word(line);
  std::string shown;
  if (!continues_ && style_.timestamps) {
    shown += styled(style_.terminal, Style::dim, time.substr(0, 23)) + " ";
  }
  const std::string text = harmless(line, style_.terminal.colour);
  if (stream == "tidemill") {
    shown += styled(style_.terminal, Style::yellow, "tidemill: " + text);
  } else {
    shown += text;
  }
  continues_ = tag == "P";
  if (!continues_) shown += '\n';
  return shown;
}

std::string CriText::feed(std::string_view bytes) {
  pending_.append(bytes);
  std::string shown;
  std::size_t begin = 0;
  for (std::size_t end; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    shown += show_line(std::string_view(pending_).substr(begin, end - begin));
  }
  pending_.erase(0, begin);
  return shown;
}

}  // namespace tidemill
