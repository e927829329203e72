#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes that JSON strings carry as they are: printable ASCII but for the quote and the backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15u];
  }
}

class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void write(const Json& value, int depth) {
    switch (value.kind()) {
      case Json::Kind::null:
        out_ += "null";
        return;
      case Json::Kind::boolean:
        out_ += value.as_bool() ? "true" : "false";
        return;
      case Json::Kind::integer:
        out_ += std::to_string(value.as_int());
        return;
      case Json::Kind::number:
        write_double(value.as_double());
        return;
      case Json::Kind::string:
        append_json_string(out_, value.as_string());
        return;
      case Json::Kind::array:
        write_array(value.as_array(), depth);
        return;
      case Json::Kind::object:
        write_object(value.as_object(), depth);
        return;
    }
    UNREACHABLE();
  }

 private:
  void write_double(double value) {
    if (!std::isfinite(value)) {
      out_ += "null";
      return;
    }
    const std::string text = shortest(value);
    out_ += text;
    if (text.find_first_of(".e") == std::string::npos) out_ += ".0";
  }

  void write_array(const Json::Array& items, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      new_line(depth + 1);
      write(items[i], depth + 1);
    }
    if (!items.empty()) new_line(depth);
    out_ += ']';
  }

  void write_object(const Json::Object& members, int depth) {
    out_ += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out_ += ',';
      new_line(depth + 1);
      append_json_string(out_, members[i].first);
      out_ += pretty_ ? ": " : ":";
      write(members[i].second, depth + 1);
    }
    if (!members.empty()) new_line(depth);
    out_ += '}';
  }

  void new_line(int depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  std::string& out_;
  const bool pretty_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && kPlain[static_cast<unsigned char>(text[end])]) ++end;
    out += text.substr(at, end - at);
    if (end == text.size()) break;
    const std::size_t length = utf8_length(text.substr(end));
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      append_escaped(out, text[end]);
    } else {
      out += text.substr(end, length);
    }
    at = end + (length == 0 ? 1 : length);
  }
  out += '"';
}

std::string shortest(double value) {
  CHECK(std::isfinite(value));
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e21);
  std::array<char, 64> buffer;
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(buffer.begin(), buffer.end(), value, format);
  CHECK(error == std::errc{});
  return {buffer.begin(), end};
}

std::string Json::dump(bool pretty) const {
  std::string out;
  Writer(out, pretty).write(*this, 0);
  return out;
}

}  // namespace tidemill
