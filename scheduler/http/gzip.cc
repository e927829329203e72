#include "scheduler/http/gzip.h"

#include <zlib.h>

#include "base/check.h"
#include "base/text.h"

namespace tidemill::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, with a gzip head
constexpr int kMemoryLevel = 8;

bool is_refused(std::string_view parameters) {
  const std::string_view quality = trim(parameters);
  return quality == "q=0" || (quality.starts_with("q=0.") &&
                              quality.substr(4).find_first_not_of('0') == std::string_view::npos);
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  CHECK(::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  for (const std::string_view item : split(accept_encoding, ',')) {
    const std::size_t semicolon = item.find(';');
    const std::string name = to_lower_ascii(trim(item.substr(0, semicolon)));
    if (name != "gzip" && name != "*") continue;
    return semicolon == std::string_view::npos || !is_refused(item.substr(semicolon + 1));
  }
  return false;
}

}  // namespace tidemill::http
