#include "protocol/codec.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "protocol/fields.h"
#include "protocol/ranges.h"

namespace tidemill {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kTypeCount = std::variant_size_v<Message>;

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  WireReader(bytes).read(value);
  return value;
}

template <std::size_t Index>
Result<Message> decode_as(std::string_view body) {
  Message message(std::in_place_index<Index>);
  WireReader reader(body);
  reader.read(std::get<Index>(message));
  if (!reader.ok())
    return corrupt(fmt::format("broken frame: type {} does not fit its body", Index));
  if (!reader.at_end())
    return corrupt(fmt::format("broken frame: type {} has bytes left over", Index));
  if (auto fault = out_of_range(message)) {
    return corrupt(fmt::format("refused frame: type {}: {}", Index, *fault));
  }
  return message;
}

using Decode = Result<Message> (*)(std::string_view);

template <std::size_t... Index>
constexpr std::array<Decode, sizeof...(Index)> make_decoders(std::index_sequence<Index...>) {
  return {&decode_as<Index>...};
}

constexpr auto kDecoders = make_decoders(std::make_index_sequence<kTypeCount>());

}  // namespace

void append_frame(std::string& out, const Message& message) {
  const std::size_t start = out.size();
  out.append(kLengthBytes, '\0');
  out.push_back(static_cast<char>(message.index()));
  std::visit([&](const auto& m) { WireWriter(out).write(m); }, message);
  const std::size_t length = out.size() - start - kLengthBytes;
  CHECK(length <= kMaxFrameBytes);
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    out[start + i] = static_cast<char>(length >> (8 * i));
}

Result<Message> decode_frame(std::string_view frame) {
  if (frame.empty()) return corrupt("broken frame: it is empty");
  const auto type = static_cast<unsigned char>(frame.front());
  if (type >= kTypeCount) {
    return corrupt(
        fmt::format("broken frame: unknown type {}; is the peer a newer version?", type));
  }
  return kDecoders[type](frame.substr(1));
}

void FrameReader::feed(std::string_view bytes) {
  if (read_ == buffer_.size()) {
    buffer_.clear();
    read_ = 0;
  } else if (read_ > buffer_.size() / 2) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<Message>> FrameReader::next() {
  if (broken_) return corrupt("broken frame earlier on this connection");
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  if (rest.size() < kLengthBytes) return std::optional<Message>();
  const std::size_t length = read_u32(rest);
  if (length == 0 || length > max_frame_) {
    broken_ = true;
    return corrupt(fmt::format("broken frame: length {}; is the peer a tidemill?", length));
  }
  if (rest.size() < kLengthBytes + length) return std::optional<Message>();
  auto message = decode_frame(rest.substr(kLengthBytes, length));
  if (!message.ok()) {
    broken_ = true;
    return message.error();
  }
  read_ += kLengthBytes + length;
  return std::optional<Message>(std::move(message).value());
}

}  // namespace tidemill
