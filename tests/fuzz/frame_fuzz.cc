// Frames from a hostile peer: decoding never crashes, and what it accepts is what it would send.
// Starts from whole messages of every type, which chance would hardly hit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/codec.h"
#include "tests/support/messages.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace tidemill {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr unsigned kWholeMessageEvery = 16;

std::vector<std::string> every_frame() {
  std::vector<std::string> frames;
  for (const Message& message : testing::every_message()) {
    append_frame(frames.emplace_back(), message);
    frames.back().erase(0, kLengthBytes);
  }
  return frames;
}

void check_frame(std::string_view bytes) {
  const auto message = decode_frame(bytes);
  if (!message.ok()) return;
  std::string again;
  append_frame(again, *message);
  if (std::string_view(again).substr(kLengthBytes) != bytes) std::abort();
}

void check_stream(std::string_view bytes) {
  FrameReader reader;
  const std::size_t half = bytes.size() / 2;
  reader.feed(bytes.substr(0, half));
  reader.feed(bytes.substr(half));
  while (true) {
    const auto next = reader.next();
    if (!next.ok() || !next->has_value()) return;
  }
}

}  // namespace
}  // namespace tidemill

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  static const auto kFrames = tidemill::every_frame();
  const std::string& frame = kFrames[seed / tidemill::kWholeMessageEvery % kFrames.size()];
  if (seed % tidemill::kWholeMessageEvery == 0 && frame.size() <= max_size) {
    std::copy(frame.begin(), frame.end(), data);
    size = frame.size();
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  tidemill::check_frame(bytes);
  tidemill::check_stream(bytes);
  return 0;
}
