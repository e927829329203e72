#include "base/yaml_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

// Offset of the first character that YAML does not allow in a file: C0 but tab and line ends, a
// carriage return that ends no line, DEL, and C1 (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F).
std::size_t find_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c >= 0x20 && c < 0x7F) continue;
    if (c == '\t' || c == '\n' || (c == '\r' && next == '\n')) continue;
    if (c == 0xC2 && static_cast<unsigned char>(next) >= 0xA0) continue;
    if (c > 0x7F && c != 0xC2) continue;
    return i;
  }
  return std::string_view::npos;
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         (text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0'));
}

void check_bytes(YamlSource& source) {
  const std::string_view text = source.text;
  const auto refuse = [&](std::string_view rule, std::size_t at, std::string message,
                          std::string hint) {
    source.problems.push_back(
        {std::string(rule), mark_at(text, at), std::move(message), std::move(hint)});
  };
  if (is_utf16(text)) {
    return refuse("TM002", 0, "the file is not UTF-8 text; it looks like UTF-16",
                  "save it as UTF-8");
  }
  if (const auto bad = find_invalid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(text[*bad]);
    return refuse("TM002", *bad, fmt::format("the byte 0x{:02X} is not valid UTF-8", byte),
                  "save the file as UTF-8");
  }
  if (const std::size_t at = find_control(text); at != std::string_view::npos) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const unsigned point = byte == 0xC2 ? static_cast<unsigned char>(text[at + 1]) : byte;
    refuse("TM003", at, fmt::format("the control character U+{:04X} is not allowed", point),
           "delete it");
  }
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == 3 || line[3] == ' ' || line[3] == '\t');
}

// The document markers and directives stand in column 1 and mean the same wherever they stand.
class LineScan {
 public:
  explicit LineScan(YamlSource& source) : source_(source) {}

  void run() {
    const std::string_view text = source_.text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view line = text.substr(at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      scan(line, at);
      at = end + 1;
    }
  }

 private:
  void scan(std::string_view line, std::size_t at) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') return;
    const std::size_t tab = line.substr(0, first).find('\t');
    if (tab != std::string_view::npos) source_.leading_tabs.push_back(at + tab);
    if (first == 0 && scan_first_column(line, at)) return;
    source_.has_content = true;
  }

  // True when the line is a marker or a directive, that is, no content.
  bool scan_first_column(std::string_view line, std::size_t at) {
    if (line[0] == '%' && !source_.has_content && !started_) {
      refuse("TM009", at, fmt::format("directives are not supported: {}", printable(line, 40)),
             "delete this line");
      return true;
    }
    if (is_marker(line, "...")) {
      refuse("TM010", at, "\"...\" ends the document; a DAG file is one document",
             "delete this line");
      return true;
    }
    if (!is_marker(line, "---")) return false;
    if (started_ || source_.has_content) {
      refuse("TM010", at, "\"---\" starts a second document; a DAG file is one document",
             "put each DAG into a file of its own");
    }
    started_ = true;
    return line.find_first_not_of(" \t", 3) == std::string_view::npos;
  }

  void refuse(std::string_view rule, std::size_t at, std::string message, std::string hint) {
    if (source_.problems.size() >= 20) return;
    source_.problems.push_back(
        {std::string(rule), mark_at(source_.text, at), std::move(message), std::move(hint)});
  }

  YamlSource& source_;
  bool started_ = false;
};

}  // namespace

int count_characters(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<int>(std::count_if(text.begin(), text.end(), starts));
}

Mark mark_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return {static_cast<int>(line) + 1, count_characters(before.substr(line_start)) + 1};
}

YamlSource inspect_yaml(std::string_view text, const YamlLimits& limits) {
  YamlSource source;
  source.text = text;
  if (source.text.starts_with(kBom)) source.text.remove_prefix(kBom.size());
  if (text.size() > limits.max_bytes) {
    source.problems.push_back(
        {"TM013",
         {},
         fmt::format("the file has {}; the most is {}", format_bytes(text.size()),
                     format_bytes(limits.max_bytes)),
         "move data out of the DAG file"});
    return source;
  }
  check_bytes(source);
  if (!source.problems.empty()) return source;
  source.ascii = std::all_of(source.text.begin(), source.text.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  LineScan(source).run();
  return source;
}

}  // namespace tidemill
