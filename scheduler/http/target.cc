#include "scheduler/http/target.h"

#include <algorithm>

#include "base/text.h"
#include "scheduler/http/percent.h"

namespace tidemill::http {
namespace {

bool is_uri_text(std::string_view text, std::string_view refused) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return c > 0x20 && c < 0x7f && refused.find(c) == std::string_view::npos;
  });
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f && c != '/' && c != '\\';
}

Result<std::string> parse_segment(std::string_view text) {
  auto segment = percent_decode(text, false);
  if (!segment) return invalid("the path has a `%` that is not followed by two hex digits");
  if (!std::all_of(segment->begin(), segment->end(), is_plain)) {
    return invalid("the path has an encoded slash, backslash or control character");
  }
  if (*segment == "." || *segment == "..") return invalid("the path has a `.` or `..` segment");
  if (has_escape(*segment)) return invalid("the path is encoded twice");
  if (find_invalid_utf8(*segment)) return invalid("the path is not UTF-8 after decoding");
  return std::move(*segment);
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return invalid("the request target is a path that begins with `/`, not a whole address");
  }
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  if (!is_uri_text(path, "\"#<>\\^`{|}"))
    return invalid("the path has a byte that must be encoded");
  Target target;
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() && i + 1 < parts.size()) return invalid("the path has an empty segment");
    target.segments.push_back(TRY(parse_segment(parts[i])));
    target.path += "/" + target.segments.back();
  }
  if (mark == std::string_view::npos) return target;
  const std::string_view query = text.substr(mark + 1);
  if (!is_uri_text(query, "\"#<>\\")) return invalid("the query has a byte that must be encoded");
  target.query = TRY(Query::parse(query));
  return target;
}

}  // namespace tidemill::http
