// Lines, tail, file and the whole capture of a task's output.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/cri.h"
#include "tests/support/temporary_directory.h"
#include "worker/capture.h"

namespace tidemill {
namespace {

std::string repeated(std::size_t count, char c, std::string_view end) {
  std::string text(count, c);
  text.append(end);
  return text;
}

constexpr std::int64_t kTime = 1'795'337'643'123'456'789;  // 2026-11-22T08:54:03.123456789Z

std::string cut(std::vector<std::string> pieces) {
  LogClock clock;
  LineCutter cutter(LogStream::out);
  std::string out;
  for (const auto& piece : pieces) cutter.feed(piece, kTime, clock, out);
  cutter.finish(kTime, clock, out);
  return out;
}

TEST(LogLines, AreStampedInTheCriForm) {
  EXPECT_EQ(cut({"hello\n"}), "2026-11-22T08:54:03.123456789Z stdout F hello\n");
}

TEST(LogLines, PiecesMakeOneLineAndTheLastNeedsNoEnd) {
  const std::string log = cut({"a", "b\nc", "d"});
  EXPECT_EQ(testing::cri_text(log, "stdout"), "ab\ncd\n");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
}

TEST(LogLines, LongLinesComeInPartsAndNothingIsLost) {
  for (const std::size_t size : {kPieceBytes - 1, kPieceBytes, kPieceBytes + 1, 3 * kPieceBytes}) {
    const std::string line(size, 'x');
    const std::string log = cut({line + "\nend\n"});
    EXPECT_EQ(testing::cri_text(log, "stdout"), line + "\nend\n") << size;
    EXPECT_EQ(log.find(" P ") != std::string::npos, size > kPieceBytes) << size;
  }
}

TEST(LogLines, EmptyLinesAndBinaryBytesPass) {
  const std::string bytes("\n\n\0\xff\r\x1b[0m\n", 10);
  EXPECT_EQ(testing::cri_text(cut({bytes}), "stdout"), bytes);
}

TEST(LogTail, FindsPatternsInTheLastPartOnly) {
  LogTail tail;
  tail.feed("CUDA out of memory\n");
  EXPECT_EQ(tail.match({"", "out of memory", "CUDA*memory", "memory*CUDA"}), 0b0110u);
  for (int i = 0; i < 100; ++i) tail.feed(repeated(1023, 'x', "\n"));
  EXPECT_EQ(tail.match({"out of memory"}), 0u);
}

TEST(LogTail, AStarStaysWithinItsLine) {
  LogTail tail;
  tail.feed("first\nsecond\n");
  EXPECT_EQ(tail.match({"first*second"}), 0u);
  EXPECT_EQ(tail.match({"f*t", "*", "sec*nd", "a*"}), 0b0111u);
}

TEST(LogTail, AHostilePatternIsNotSlow) {
  LogTail tail;
  tail.feed(std::string(kTailBytes, 'a'));
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "a*";
  EXPECT_EQ(tail.match({pattern + "b", repeated(30'000, 'a', "b")}), 0u);
}

class CaptureTest : public ::testing::Test {
 protected:
  std::string log() const { return read_file(path, 1u << 30).value(); }
  std::string text(const std::string& stream = "stdout") const {
    return testing::cri_text(log(), stream);
  }

  testing::TemporaryDirectory folder;
  std::string path = folder / "deep/er/1.log";
  LogSync sync{std::chrono::milliseconds(10)};
};

TEST_F(CaptureTest, MakesNoFileBeforeTheFirstByte) {
  Capture capture(path, {}, sync, {}, {});
  capture.end_streams();
  capture.finish();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(CaptureTest, KeepsTheStreamsApart) {
  Capture capture(path, {}, sync, {}, {});
  capture.feed(LogStream::out, "to out, ");
  capture.feed(LogStream::err, "to err\n");
  capture.feed(LogStream::out, "still out\n2026 tidemill F forged\n");
  capture.say("ours");
  capture.end_streams();
  capture.finish();
  EXPECT_EQ(text("stdout"), "to out, still out\n2026 tidemill F forged\n");
  EXPECT_EQ(text("stderr"), "to err\n");
  EXPECT_EQ(text("tidemill"), "ours\n") << "a task cannot speak in our stream";
}

TEST_F(CaptureTest, MasksWhatTheTaskAsksFor) {
  for (const std::size_t step : {1u, 5u, 1000u}) {
    std::filesystem::remove(path);
    Capture capture(path, {}, sync, {"given"}, {});
    const std::string all =
        "given asked\n::add-mask::asked\nasked given\n:: asked\n x ::add-mask::x\n";
    for (std::size_t at = 0; at < all.size(); at += step)
      capture.feed(LogStream::out, all.substr(at, step));
    capture.feed(LogStream::err, "asked\n");
    capture.say("exit of asked");
    capture.end_streams();
    capture.finish();
    EXPECT_EQ(text(), "*** asked\n::add-mask::***\n*** ***\n:: ***\n x ::add-mask::x\n") << step;
    EXPECT_EQ(text("stderr"), "***\n");
    EXPECT_EQ(text("tidemill"), "exit of ***\n");
  }
}

TEST_F(CaptureTest, AnAddMaskLineWithoutEndStillHidesItsValue) {
  Capture capture(path, {}, sync, {}, {});
  capture.feed(LogStream::out, "::add-mask::hidden");
  capture.end_streams();
  capture.finish();
  EXPECT_EQ(log().find("hidden"), std::string::npos);
}

constexpr LogCap kSmall{.head_bytes = 4000, .segment_bytes = 1000, .segments = 3};

TEST_F(CaptureTest, KeepsHeadAndTailWithinTheCap) {
  Capture capture(path, kSmall, sync, {}, {});
  for (int i = 0; i < 1000; ++i) {
    capture.feed(LogStream::out, "line " + std::to_string(i) + "\n");
    std::uint64_t used = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder / "deep/er"))
      used += file.file_size();
    ASSERT_LE(used, 4000u + 3 * 1000u) << "also while it runs";
  }
  capture.end_streams();
  capture.finish();
  const std::string all = text();
  EXPECT_EQ(all.substr(0, 7), "line 0\n");
  EXPECT_EQ(all.substr(all.size() - 9), "line 999\n");
  EXPECT_EQ(all.find("line 500\n"), std::string::npos);
  EXPECT_GT(capture.dropped_bytes(), 0u);
  EXPECT_EQ(all.size() + capture.dropped_bytes(), capture.task_bytes())
      << "every byte is there or counted";
  EXPECT_NE(text("tidemill").find(std::to_string(capture.dropped_bytes()) + " bytes"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path + ".tail-1"));
}

TEST_F(CaptureTest, WhatFitsIsNeverCut) {
  Capture capture(path, kSmall, sync, {}, {});
  for (int i = 0; i < 110; ++i) capture.feed(LogStream::out, "line " + std::to_string(i) + "\n");
  capture.end_streams();
  capture.finish();
  EXPECT_EQ(capture.dropped_bytes(), 0u);
  EXPECT_EQ(text().size(), capture.task_bytes());
  EXPECT_EQ(text("tidemill"), "");
}

TEST_F(CaptureTest, ACrashInTheTailLosesNoKeptByte) {
  auto capture = std::make_unique<Capture>(path, kSmall, sync, std::vector<std::string>{},
                                           std::vector<std::string>{});
  for (int i = 0; i < 1000; ++i) capture->feed(LogStream::out, "line " + std::to_string(i) + "\n");
  capture.reset();  // without finish(), as by kill -9
  gather_log_segments(path, kTime);
  const std::string all = text();
  EXPECT_EQ(all.substr(all.size() - 9), "line 999\n");
  EXPECT_NE(text("tidemill").find("unknown number"), std::string::npos);
}

TEST_F(CaptureTest, AFolderThatCannotBeMadeDropsAndCounts) {
  ASSERT_TRUE(write_file_atomic(folder / "deep", "a file in the way").ok());
  Capture capture(path, {}, sync, {}, {});
  capture.feed(LogStream::out, "lost\n");
  capture.end_streams();
  capture.finish();
  EXPECT_EQ(capture.dropped_bytes(), 5u);
}

}  // namespace
}  // namespace tidemill
