#include "core/alert/line_diff.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using Lines = std::vector<std::string>;

TEST(LineDiff, OnlyWhatDiffersIsShown) {
  EXPECT_EQ(line_diff("a\nb\nc\n", "a\nx\nc\n", 10), (Lines{"- b", "+ x"}));
  EXPECT_EQ(line_diff("a\nb\n", "a\nb\n", 10), Lines{});
  EXPECT_EQ(line_diff("a\nb", "a\nb\n", 10), Lines{}) << "the last line end is no difference";
  EXPECT_EQ(line_diff("a\nc\n", "a\nb\nc\n", 10), Lines{"+ b"});
  EXPECT_EQ(line_diff("a\nb\nc\n", "a\nc\n", 10), Lines{"- b"});
}

TEST(LineDiff, WhatStaysInBetweenIsNotShown) {
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n", "0\n2\n3\n4\n6\n", 10),
            (Lines{"- 1", "+ 0", "- 5", "+ 6"}));
}

TEST(LineDiff, ATextThatIsEmptyIsOneEmptyLine) {
  EXPECT_EQ(line_diff("", "a\n", 10), (Lines{"- ", "+ a"}));
}

TEST(LineDiff, WhatIsTooMuchIsCounted) {
  EXPECT_EQ(line_diff("a\nb\nc\n", "d\ne\nf\n", 2), (Lines{"- a", "- b", "… 4 more"}));
}

TEST(LineDiff, LongTextsDifferAsAWhole) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    before += "old\n";
    after += i == 2500 ? "old\n" : "new\n";
  }
  const Lines lines = line_diff(before, after, 3);
  EXPECT_EQ(lines, (Lines{"- old", "- old", "- old", "… 9997 more"}));
}

TEST(LineDiff, ControlCharactersAreShown) {
  EXPECT_EQ(line_diff("a\n", "\x1b[31m\n", 10).back(), "+ \\x1b[31m");
}

}  // namespace
}  // namespace tidemill
