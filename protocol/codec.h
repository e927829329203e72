// Messages as bytes. A frame is: length (u32, of what follows), type (u8, the variant's index),
// body. Little-endian fixed-width numbers; strings and lists have a u32 count. Decoding never
// trusts a count: it is bounded by the bytes that are there. Unknown types, short or long bodies,
// words out of range and frames over kMaxFrameBytes are errors, upon which the peer is dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/messages.h"

namespace tidemill {

inline constexpr std::size_t kMaxFrameBytes = 64u << 20;

// Appends one whole frame.
void append_frame(std::string& out, const Message& message);

// Body of one frame (without the length).
Result<Message> decode_frame(std::string_view frame);

// Cuts a stream of bytes into frames.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  // Of the frames from now on; at first kMaxFrameBytes. For peers that are not known yet.
  void set_max_frame(std::size_t bytes) { max_frame_ = bytes; }
  // The next message, nothing yet, or why the stream is broken (then it stays broken).
  Result<std::optional<Message>> next();

 private:
  std::string buffer_;
  std::size_t read_ = 0;
  std::size_t max_frame_ = kMaxFrameBytes;
  bool broken_ = false;
};

}  // namespace tidemill
