#include "scheduler/http/reply.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "scheduler/http/gzip.h"
#include "scheduler/http/range.h"
#include "scheduler/http/status.h"

namespace tidemill::http {
namespace {

constexpr std::size_t kGzipFrom = 1 << 10;  // bytes; below, the head outweighs what is saved

constexpr std::pair<std::string_view, std::string_view> kSecurityHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; "
     "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

const std::string* find_header(const Response& response, std::string_view lower_case_name) {
  for (const auto& [name, value] : response.headers) {
    if (to_lower_ascii(name) == lower_case_name) return &value;
  }
  return nullptr;
}

bool is_one_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

bool is_safe(const Response& response) {
  return is_one_line(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
           return is_one_line(header.first) && is_one_line(header.second) &&
                  header.first.find_first_of(": ") == std::string::npos;
         });
}

bool is_compressible(const Response& response) {
  const std::string_view type = response.content_type;
  return response.body.size() >= kGzipFrom &&
         find_header(response, "content-encoding") == nullptr &&
         (type.starts_with("application/json") || type.starts_with("application/problem+json") ||
          type.starts_with("text/"));
}

bool has_tag(std::string_view if_none_match, std::string_view tag) {
  if (trim(if_none_match) == "*") return true;
  const auto opaque = [](std::string_view text) {
    text = trim(text);
    if (text.starts_with("W/")) text.remove_prefix(2);
    return text;
  };
  for (const std::string_view item : split(if_none_match, ',')) {
    if (opaque(item) == opaque(tag)) return true;
  }
  return false;
}

// Gives a JSON answer a tag of its content, and leaves the content out when the client has it. The
// tag is weak, for the same content may go out compressed or not.
void apply_entity_tag(Response& response, const Request& request) {
  if (request.method != Method::get || response.status != 200 || response.event_stream) return;
  const std::string* tag = find_header(response, "etag");
  if (tag == nullptr) {
    if (response.source != nullptr || response.content_type != "application/json") return;
    response.with("ETag", "W/\"" + sha256_hex(response.body).substr(0, 32) + "\"");
    tag = &response.headers.back().second;
  }
  const std::string* known = request.header("if-none-match");
  if (known == nullptr || !has_tag(*known, *tag)) return;
  response.status = 304;
  response.body.clear();
  response.source = nullptr;
}

void apply_range(Response& response, const Request& request, Reply& reply) {
  const std::uint64_t size = response.source->size();
  reply.length = size;
  response.with("Accept-Ranges", "bytes");
  const std::string* header = request.header("range");
  if (header == nullptr || response.status != 200 || request.method != Method::get) return;
  // A range of another version must not be glued to what the client has.
  if (request.header("if-range") != nullptr) return;
  const auto range = parse_range(*header, size);
  if (!range) return;
  if (range->length == 0) {
    response.status = 416;
    response.with("Content-Range", fmt::format("bytes */{}", size));
  } else {
    response.status = 206;
    response.with("Content-Range", fmt::format("bytes {}-{}/{}", range->offset,
                                               range->offset + range->length - 1, size));
  }
  reply.offset = range->offset;
  reply.length = range->length;
}

void apply_gzip(Response& response, const Request& request) {
  if (!is_compressible(response)) return;
  response.with("Vary", "Accept-Encoding");
  const std::string* accepted = request.header("accept-encoding");
  if (accepted == nullptr || !accepts_gzip(*accepted)) return;
  response.body = gzip(response.body);
  response.with("Content-Encoding", "gzip");
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string write_head(const Response& response, const Request& request, const Reply& reply,
                       WallTime now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason_phrase(reply.status));
  head.reserve(1024);
  append_header(head, "Date", http_date(now));
  append_header(head, "X-Request-Id", request.id);
  const bool has_body = reply.status != 204 && reply.status != 304;
  if (has_body) {
    append_header(head, "Content-Type", response.content_type);
    if (!reply.event_stream) append_header(head, "Content-Length", fmt::to_string(reply.length));
  }
  for (const auto& [name, value] : response.headers) append_header(head, name, value);
  for (const auto& [name, value] : kSecurityHeaders) {
    if (find_header(response, to_lower_ascii(name)) == nullptr) append_header(head, name, value);
  }
  if (!reply.keep_alive) append_header(head, "Connection", "close");
  return head + "\r\n";
}

}  // namespace

std::string http_date(WallTime now) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const time_t seconds = now.us / 1'000'000;
  struct tm utc = {};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                     kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

Reply make_reply(Response response, const Request& request, bool keep_alive, WallTime now) {
  if (!is_safe(response)) {
    response = to_response({500, "the answer had a header that is not one line", false, {}});
  }
  Reply reply;
  apply_entity_tag(response, request);
  if (response.source != nullptr) {
    apply_range(response, request, reply);
  } else if (!response.event_stream) {
    apply_gzip(response, request);
    reply.length = response.body.size();
  }
  reply.status = response.status;
  reply.event_stream = response.event_stream && !request.head;
  reply.keep_alive = keep_alive && !response.event_stream;
  if (reply.event_stream) {
    response.content_type = "text/event-stream";
    response.with("X-Accel-Buffering", "no");
    reply.topics = std::move(response.topics);
  }
  reply.head = write_head(response, request, reply, now);
  if (!request.head && reply.status != 204 && reply.status != 304) {
    reply.body = std::move(response.body);
    reply.source = std::move(response.source);
  }
  return reply;
}

}  // namespace tidemill::http
