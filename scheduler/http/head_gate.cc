#include "scheduler/http/head_gate.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// A digit for a digit: "HTTP/1.1", "HTTP/2.0".
bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && text[5] >= '0' && text[5] <= '9' &&
         text[6] == '.' && text[7] >= '0' && text[7] <= '9';
}

// HTTP/0.9 has no version and no further lines to wait for.
bool ends_with_version(std::string_view line) {
  return line.size() > 8 && is_version(line.substr(line.size() - 8));
}

std::optional<Refusal> check_request_line(std::string_view line) {
  const auto parts = split(line, ' ');
  if (parts.size() != 3 || !is_token(parts[0]) || parts[1].empty() || !is_version(parts[2])) {
    return bad_request("the request line is not `METHOD /path HTTP/1.1`");
  }
  if (parts[2] != "HTTP/1.1") return Refusal{505, "only HTTP/1.1 is spoken here", true};
  if (parts[1].size() > kMaxTarget) {
    return Refusal{414, "path and query together have at most 8 KiB", true};
  }
  return std::nullopt;
}

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

// An encoded line end or NUL in a header is of use only against a reader that decodes headers.
bool has_encoded_line_end(std::string_view value) {
  for (std::size_t i = value.find('%'); i != std::string_view::npos; i = value.find('%', i + 1)) {
    const std::string escape = to_lower_ascii(value.substr(i + 1, 2));
    if (escape == "0d" || escape == "0a" || escape == "00") return true;
  }
  return false;
}

std::optional<Refusal> check_header_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return bad_request("a header line is folded");
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return bad_request("a header line is not `Name: value`");
  }
  // Gateways write `-` as `_`, and then X_Y overwrites what they know as X-Y.
  if (name.find('_') != std::string_view::npos)
    return bad_request("a header name has an underscore");
  const std::string_view value = line.substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), is_value_char)) {
    return bad_request("a header value has a control character");
  }
  if (has_encoded_line_end(value)) return bad_request("a header value has an encoded line end");
  return std::nullopt;
}

std::optional<Refusal> check_bytes(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return bad_request("the head has a NUL byte");
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) {
      return bad_request("a line of the head does not end with CR LF");
    }
    if (head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) {
      return bad_request("the head has a CR without LF");
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t find_head_end(std::string_view received, std::size_t looked_at) {
  for (std::size_t i = looked_at; i < received.size(); ++i) {
    if (received[i] == '\0') return i + 1;
    if (received[i] != '\n') continue;
    if (i == 0 || received[i - 1] != '\r') return i + 1;
    if (i >= 3 && received[i - 2] == '\n') return i + 1;
    const bool is_first_line = received.find('\n') == i;
    if (is_first_line && !ends_with_version(received.substr(0, i - 1))) return i + 1;
  }
  return 0;
}

std::optional<Refusal> check_head(std::string_view head) {
  if (head.size() > kMaxHead) return Refusal{431, "a request head has at most 16 KiB", true};
  if (auto refusal = check_bytes(head)) return refusal;
  std::size_t end = head.find("\r\n");
  if (auto refusal = check_request_line(head.substr(0, end))) return refusal;
  if (!head.ends_with("\r\n\r\n")) return bad_request("the head does not end with an empty line");
  std::size_t count = 0;
  for (std::size_t at = end + 2; at + 2 < head.size(); at = end + 2) {
    end = head.find("\r\n", at);
    if (++count > kMaxHeaders) return Refusal{431, "a request has at most 64 headers", true};
    if (auto refusal = check_header_line(head.substr(at, end - at))) return refusal;
  }
  return std::nullopt;
}

}  // namespace tidemill::http
