#include "protocol/codec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/messages.h"

namespace tidemill {
namespace {

std::string frame_of(const Message& message) {
  std::string out;
  append_frame(out, message);
  return out;
}

std::string body_of(const Message& message) { return frame_of(message).substr(4); }

// Little-endian.
std::string u32(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

TEST(Codec, EveryMessageComesBackTheSame) {
  const auto messages = testing::every_message();
  ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(messages[i].index(), i) << "one of each, in order";
    auto decoded = decode_frame(body_of(messages[i]));
    ASSERT_TRUE(decoded.ok()) << i << ": " << decoded.error().message;
    EXPECT_EQ(decoded->index(), i);
    EXPECT_EQ(frame_of(*decoded), frame_of(messages[i])) << i;
  }
}

TEST(Codec, FieldsKeepTheirValues) {
  const auto messages = testing::every_message();
  const auto start = std::get<message::Start>(decode_frame(body_of(messages[2])).value());
  EXPECT_EQ(start.argv, (std::vector<std::string>{"python3", "train.py", ""}));
  EXPECT_EQ(start.umask, 027u);
  EXPECT_EQ(start.resources.cpu, 1.5);
  EXPECT_EQ(start.inputs.at(0).is_directory, true);
  EXPECT_EQ(start.timeout, std::chrono::seconds(5));
  const auto ended = std::get<message::Ended>(decode_frame(body_of(messages[8])).value());
  EXPECT_EQ(ended.outcome.result.metrics.at(0).step, 4);
  EXPECT_EQ(ended.outcome.result.checks.at(0).actual, "3");
  EXPECT_EQ(ended.outcome.usage.log_dropped, 2u);
}

TEST(Codec, TheWireFormIsFixed) {
  EXPECT_EQ(frame_of(message::Heartbeat{0x0102}),
            u32(9) + "\x0a" + std::string("\x02\x01\0\0\0\0\0\0", 8));
}

TEST(Codec, EveryTruncationIsRefused) {
  for (const Message& message : testing::every_message()) {
    const std::string body = body_of(message);
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(decode_frame(std::string_view(body).substr(0, size)).ok())
          << "type " << message.index() << " cut at " << size;
    }
  }
}

TEST(Codec, BytesLeftOverAreRefused) {
  for (const Message& message : testing::every_message()) {
    EXPECT_FALSE(decode_frame(body_of(message) + '\0').ok()) << message.index();
  }
}

TEST(Codec, UnknownTypesAreRefused) {
  for (unsigned type = std::variant_size_v<Message>; type < 256; ++type) {
    const auto decoded = decode_frame(std::string(1, static_cast<char>(type)));
    ASSERT_FALSE(decoded.ok());
    EXPECT_NE(decoded.error().message.find("unknown type"), std::string::npos);
  }
}

TEST(Codec, CountsBeyondTheBytesAreRefusedWithoutTheMemory) {
  // Acknowledge is one list of ids.
  for (const std::uint32_t count : {1u, 2u, 1000u, 0x7fffffffu, 0xffffffffu}) {
    EXPECT_FALSE(decode_frame("\x04" + u32(count)).ok()) << count;
    EXPECT_FALSE(decode_frame("\x04" + u32(count) + "1234567").ok()) << count;
  }
}

TEST(Codec, WordsOutOfRangeAreRefused) {
  std::string stop = body_of(message::Stop{AttemptId{1}, Cause::timeout, false});
  stop[9] = static_cast<char>(kCauseCount);
  EXPECT_FALSE(decode_frame(stop).ok());
  std::string forced = body_of(message::Stop{AttemptId{1}, Cause::timeout, false});
  forced[10] = 2;
  EXPECT_FALSE(decode_frame(forced).ok()) << "a bool is 0 or 1";
}

template <typename M>
bool refused(M message) {
  return !decode_frame(body_of(message)).ok();
}

TEST(Codec, ValuesNoHonestPeerSendsAreRefused) {
  EXPECT_TRUE(refused(message::Stop{AttemptId{0}, Cause::cancelled, false}));
  EXPECT_TRUE(refused(message::Stop{AttemptId{-1}, Cause::cancelled, false}));
  EXPECT_TRUE(refused(message::Kill{AttemptId{1}, Cause::none, false}));
  EXPECT_TRUE(refused(message::Progress{AttemptId{1}, 1.5, ""}));
  EXPECT_TRUE(refused(message::Progress{AttemptId{1}, std::nan(""), ""}));
  EXPECT_TRUE(refused(message::Attach{1, 0}));
  for (const auto& [code, signal] : {std::pair{9999, 0}, {-1, 0}, {0, 200}, {0, -1}}) {
    message::Ended ended{AttemptId{1}, {}};
    ended.outcome.exit_code = code;
    ended.outcome.signal = signal;
    EXPECT_TRUE(refused(ended)) << code << " " << signal;
    message::Exited exited;
    exited.record.attempt = AttemptId{1};
    exited.record.exit_code = code;
    exited.record.signal = signal;
    EXPECT_TRUE(refused(exited)) << code << " " << signal;
  }
}

TEST(Codec, PathsThatLeadOutAreRefused) {
  const auto start = std::get<message::Start>(testing::every_message()[2]);
  ASSERT_FALSE(refused(start));
  for (const char* bad : {"../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a/"}) {
    auto m = start;
    m.artifacts = {{"model", bad}};
    EXPECT_TRUE(refused(m)) << bad;
  }
  for (const char* bad : {"..", "a/b", "", "."}) {
    auto m = start;
    m.inputs.at(0).name = bad;
    EXPECT_TRUE(refused(m)) << bad;
  }
  for (const std::string& bad : {std::string("../x"), std::string(63, 'a'), std::string(64, 'G')}) {
    auto m = start;
    m.inputs.at(0).hash = bad;
    EXPECT_TRUE(refused(m)) << bad;
  }
  auto relative = start;
  relative.directory = "dags";
  EXPECT_TRUE(refused(relative));
}

TEST(FrameReader, CutsAStreamAnyhow) {
  std::string stream;
  for (const Message& message : testing::every_message()) append_frame(stream, message);
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{64}, stream.size()}) {
    FrameReader reader;
    std::string again;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      reader.feed(std::string_view(stream).substr(at, step));
      while (true) {
        auto message = reader.next();
        ASSERT_TRUE(message.ok()) << message.error().message;
        if (!message->has_value()) break;
        append_frame(again, **message);
      }
    }
    EXPECT_EQ(again, stream) << "in steps of " << step;
  }
}

TEST(FrameReader, LengthsOutOfBoundsBreakTheStreamForGood) {
  for (const std::string& bad :
       {u32(0), u32(0xffffffff), u32((64u << 20) + 1), std::string("GET / HTTP/1.1\r\n")}) {
    FrameReader reader;
    reader.feed(bad);
    EXPECT_FALSE(reader.next().ok());
    reader.feed(frame_of(message::Drain{}));
    EXPECT_FALSE(reader.next().ok()) << "a broken stream stays broken";
  }
}

TEST(FrameReader, ABrokenBodyBreaksTheStreamAfterTheGoodOnes) {
  FrameReader reader;
  reader.feed(frame_of(message::Drain{}) + u32(2) + "\x05x");
  auto first = reader.next();
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(reader.next().ok());
  EXPECT_FALSE(reader.next().ok());
}

TEST(FrameReader, AnEmptyStreamHasNothingYet) {
  FrameReader reader;
  auto nothing = reader.next();
  ASSERT_TRUE(nothing.ok());
  EXPECT_FALSE(nothing->has_value());
}

}  // namespace
}  // namespace tidemill
