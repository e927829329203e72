#include "worker/task_files.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

std::string outputs_text(std::string_view text, const std::vector<std::string>& declared,
                         Notes& notes) {
  std::string out;
  for (const auto& [name, value] : parse_outputs(text, declared, notes))
    out += name + "=[" + value + "]";
  return out;
}

TEST(Outputs, LinesAndBlocks) {
  Notes notes;
  EXPECT_EQ(
      outputs_text("a=1\nb<<END\nline 1\n\n  line 2\nEND\na=x=y\r\nc=", {"a", "b", "c"}, notes),
      "a=[x=y]b=[line 1\n\n  line 2]c=[]");
  EXPECT_TRUE(notes.empty());
}

TEST(Outputs, ABlockMayHoldWhatLooksLikeALine) {
  Notes notes;
  EXPECT_EQ(outputs_text("a<<E\nb=2\nEND\nE\n", {"a", "b"}, notes), "a=[b=2\nEND]");
  EXPECT_EQ(outputs_text("a=b<<E\n", {"a"}, notes), "a=[b<<E]") << "the first sign decides";
}

TEST(Outputs, UndeclaredAndBrokenOnesAreNotedAndLeftOut) {
  Notes notes;
  EXPECT_EQ(outputs_text("x=1\nnonsense\n=2\na=ok\n", {"a"}, notes), "a=[ok]");
  ASSERT_EQ(notes.size(), 3u);
  EXPECT_NE(notes[0].find("\"x\" is not declared"), std::string::npos);
  EXPECT_NE(notes[1].find("line 2"), std::string::npos);
  notes.clear();
  EXPECT_EQ(outputs_text("a<<END\nnever ended\n", {"a"}, notes), "");
  EXPECT_EQ(notes.size(), 1u);
  notes.clear();
  EXPECT_EQ(outputs_text(std::string("a=\xff\nb=x\0y\n", 10), {"a", "b"}, notes), "");
  EXPECT_EQ(notes.size(), 2u);
}

TEST(Outputs, AFloodOfMistakesDoesNotFloodTheLog) {
  Notes notes;
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "nonsense\n";
  outputs_text(text, {}, notes);
  EXPECT_LE(notes.size(), 20u);
}

TEST(Metrics, GoodLinesCountAndBadOnesAreNoted) {
  Notes notes;
  const auto metrics = parse_metrics(
      "{\"name\": \"loss\", \"value\": 1, \"higher_is_better\": false}\n"
      "\n"
      "not json\n"
      "{\"name\": \"nan\", \"value\": NaN}\n"
      "{\"name\": \"text\", \"value\": \"1\"}\n"
      "{\"value\": 2}\n"
      "[1]\n"
      "{\"name\": \"acc\", \"value\": 0.5, \"slice\": \"de\", \"step\": 7, \"more\": {}}",
      notes);
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[0].value, 1.0);
  EXPECT_FALSE(metrics[0].higher_is_better);
  EXPECT_EQ(metrics[1].slice, "de");
  EXPECT_EQ(metrics[1].step, 7);
  EXPECT_EQ(notes.size(), 5u);
}

TEST(Checks, ValuesOfAnyKindBecomeText) {
  Notes notes;
  const auto checks = parse_checks(
      "{\"check\": \"rows\", \"success\": true, \"expected\": [1, 2], \"actual\": 1.5, "
      "\"severity\": \"warning\"}\n",
      notes);
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].expected, "[1,2]");
  EXPECT_EQ(checks[0].actual, "1.5");
  EXPECT_EQ(checks[0].severity, "warning");
  EXPECT_TRUE(parse_checks("{\"check\": \"rows\"}", notes).empty())
      << "without a verdict it is no check";
}

TEST(Progress, TheLastWholeLineCounts) {
  EXPECT_FALSE(parse_progress(""));
  EXPECT_FALSE(parse_progress("soon\n"));
  const auto progress = parse_progress("0.1 start\n0.42  epoch 3 of 7\n0.9");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->fraction, 0.42);
  EXPECT_EQ(progress->text, "epoch 3 of 7");
  EXPECT_EQ(parse_progress("0.5")->fraction, 0.5);
  EXPECT_EQ(parse_progress("42% done\n")->fraction, 0.42);
  EXPECT_EQ(parse_progress("7\n")->fraction, 1.0) << "never above 1";
  EXPECT_EQ(parse_progress("-1\n")->fraction, 0.0);
}

}  // namespace
}  // namespace tidemill
