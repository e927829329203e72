#include "core/line_diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tidemill {
namespace {

using Kind = DiffLine::Kind;

std::string shown(const std::vector<DiffHunk>& hunks) {
  std::string text;
  for (const DiffHunk& hunk : hunks) {
    text += "@\n";
    for (const DiffLine& line : hunk) {
      text += line.kind == Kind::same ? ' ' : line.kind == Kind::removed ? '-' : '+';
      text += line.text + "\n";
    }
  }
  return text;
}

std::string numbered(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(LineDiff, SameTextsHaveNoHunks) {
  EXPECT_TRUE(diff_lines("", "").empty());
  EXPECT_TRUE(diff_lines("a\nb\n", "a\nb\n").empty());
  EXPECT_TRUE(diff_lines("a\nb", "a\nb\n").empty());
}

TEST(LineDiff, ShowsWhatWasRemovedBeforeWhatWasAdded) {
  EXPECT_EQ(shown(diff_lines("a\nb\nc\n", "a\nx\nc\n")), "@\n a\n-b\n+x\n c\n");
  EXPECT_EQ(shown(diff_lines("", "a\n")), "@\n+a\n");
  EXPECT_EQ(shown(diff_lines("a\n", "")), "@\n-a\n");
  EXPECT_EQ(shown(diff_lines("a\n\n", "a\n")), "@\n a\n-\n");
}

TEST(LineDiff, LinesHaveTheirNumbersInBothTexts) {
  const auto hunks = diff_lines("a\nb\nc\n", "z\na\nc\n", 0);
  ASSERT_EQ(hunks.size(), 2u);
  EXPECT_EQ(hunks[0], (DiffHunk{{Kind::added, 0, 1, "z"}}));
  EXPECT_EQ(hunks[1], (DiffHunk{{Kind::removed, 2, 0, "b"}}));
}

TEST(LineDiff, DistantChangesAreHunksOfTheirOwnAndNearOnesAreNot) {
  std::string after = numbered(1, 30);
  after.replace(after.find("\n5\n") + 1, 1, "five");
  after.replace(after.find("\n25\n") + 1, 2, "x");
  EXPECT_EQ(shown(diff_lines(numbered(1, 30), after)),
            "@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@\n 22\n 23\n 24\n-25\n+x\n 26\n 27\n 28\n");
  after = numbered(1, 30);
  after.replace(after.find("\n5\n") + 1, 1, "five");
  after.replace(after.find("\n11\n") + 1, 2, "x");
  EXPECT_EQ(diff_lines(numbered(1, 30), after).size(), 1u);
  after = numbered(1, 30);
  after.replace(after.find("\n5\n") + 1, 1, "five");
  after.replace(after.find("\n13\n") + 1, 2, "x");
  EXPECT_EQ(diff_lines(numbered(1, 30), after).size(), 2u);
}

TEST(LineDiff, AWholeOtherTextIsAnsweredInBoundedTime) {
  std::string before, after;
  for (int i = 0; i < 20'000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i) + "\n";
  }
  const auto hunks = diff_lines("same\n" + before, "same\n" + after);
  ASSERT_EQ(hunks.size(), 1u);
  EXPECT_EQ(hunks[0].size(), 40'001u);
  EXPECT_EQ(hunks[0][1].kind, Kind::removed);
  EXPECT_EQ(hunks[0].back().kind, Kind::added);
}

// The length of the longest common subsequence, the slow way.
std::size_t common_length(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1
                                        : std::max(best[i - 1][j], best[i][j - 1]);
    }
  }
  return best.back().back();
}

std::string as_lines(const std::string& letters) {
  std::string text;
  for (const char letter : letters) text += std::string(1, letter) + "\n";
  return text;
}

TEST(LineDiff, IsTheShortestWayAndLeadsFromOneTextToTheOther) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string before(random() % 12, 'a'), after(random() % 12, 'a');
    for (char& letter : before) letter = static_cast<char>('a' + random() % 3);
    for (char& letter : after) letter = static_cast<char>('a' + random() % 3);
    std::string was, is;
    std::size_t edits = 0;
    for (const DiffHunk& hunk : diff_lines(as_lines(before), as_lines(after), 100)) {
      for (const DiffLine& line : hunk) {
        if (line.kind != Kind::added) was += line.text;
        if (line.kind != Kind::removed) is += line.text;
        edits += line.kind == Kind::same ? 0 : 1;
      }
    }
    EXPECT_EQ(edits, before.size() + after.size() - 2 * common_length(before, after));
    if (before == after) continue;
    EXPECT_EQ(was, before);
    EXPECT_EQ(is, after);
  }
}

}  // namespace
}  // namespace tidemill
