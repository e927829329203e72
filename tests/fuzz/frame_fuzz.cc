// Frames from a hostile peer: decoding never crashes, and what it accepts is what it would send.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto message = tidemill::decode_frame(bytes);
  if (message.ok()) {
    std::string again;
    tidemill::append_frame(again, *message);
    if (std::string_view(again).substr(4) != bytes) std::abort();
  }
  tidemill::FrameReader reader;
  const std::size_t half = size / 2;
  reader.feed(bytes.substr(0, half));
  reader.feed(bytes.substr(half));
  while (true) {
    auto next = reader.next();
    if (!next.ok() || !next->has_value()) return 0;
  }
}
