#include "cli/next_command.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tidemill {
namespace {

const NextOptions kBerlin{
    .cron = "30 2 * * *", .timezone = "Europe/Berlin", .from = "2026-03-28T12:00:00Z", .count = 2};

struct Printed {
  int exit_code;
  std::string out;
  std::string err;
};

Printed run(const NextOptions& options) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit_code = run_next(options);
  return {exit_code, testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

TEST(NextCommand, PrintsOneUtcTimeALine) {
  const Printed printed = run(kBerlin);
  EXPECT_EQ(printed.exit_code, 0);
  EXPECT_EQ(printed.out, "2026-03-29T01:00:00Z\n2026-03-30T00:30:00Z\n");
  EXPECT_EQ(printed.err, "");
}

TEST(NextCommand, TheGapPolicyIsTheCallers) {
  NextOptions options = kBerlin;
  options.gap = "skip";
  EXPECT_EQ(run(options).out, "2026-03-30T00:30:00Z\n2026-03-31T00:30:00Z\n");
}

TEST(NextCommand, TheFoldPolicyIsTheCallers) {
  NextOptions options = kBerlin;
  options.from = "2026-10-24T12:00:00Z";
  EXPECT_EQ(run(options).out, "2026-10-25T00:30:00Z\n2026-10-26T01:30:00Z\n");
  options.fold = "both";
  EXPECT_EQ(run(options).out, "2026-10-25T00:30:00Z\n2026-10-25T01:30:00Z\n");
}

TEST(NextCommand, JsonHasLocalTimesAndWords) {
  NextOptions options = kBerlin;
  options.json = true;
  options.count = 1;
  EXPECT_EQ(run(options).out,
            R"({"cron":"30 2 * * *","timezone":"Europe/Berlin",)"
            R"("words":"every day at 02:30 Europe/Berlin",)"
            R"("times":[{"utc":"2026-03-29T01:00:00Z","local":"2026-03-29T03:00:00+02:00"}]})"
            "\n");
}

TEST(NextCommand, LocalTimesWithOddOffsets) {
  const auto local = [](const char* zone) {
    return run({.cron = "0 12 * * *",
                .timezone = zone,
                .from = "1970-01-05T00:00:00Z",
                .count = 1,
                .json = true})
        .out;
  };
  EXPECT_NE(local("Asia/Kathmandu").find("T12:00:00+05:30"), std::string::npos);
  EXPECT_NE(local("America/St_Johns").find("T12:00:00-03:30"), std::string::npos);
}

TEST(NextCommand, TheAnswerIsAfterTheQuestion) {
  EXPECT_EQ(run({.cron = "* * * * *", .from = "2026-01-01T00:00:00Z", .count = 1}).out,
            "2026-01-01T00:01:00Z\n");
  EXPECT_EQ(run({.cron = "* * * * *", .from = "2026-01-01T00:00:59.999999Z", .count = 1}).out,
            "2026-01-01T00:01:00Z\n");
  EXPECT_EQ(run({.cron = "* * * * *", .from = "2025-12-31T23:59:59.999999Z", .count = 1}).out,
            "2026-01-01T00:00:00Z\n");
}

TEST(NextCommand, WithoutFromItStartsNow) {
  const auto times = next_times({.cron = "* * * * *", .count = 3});
  ASSERT_TRUE(times.ok());
  ASSERT_EQ(times->size(), 3U);
  EXPECT_GT((*times)[2], system_now().wall);
}

TEST(NextCommand, BadInputIsExitTwoAndOneSentence) {
  const auto refused = [](const NextOptions& options, std::string_view says) {
    const Printed printed = run(options);
    EXPECT_EQ(printed.exit_code, 2);
    EXPECT_EQ(printed.out, "");
    EXPECT_EQ(printed.err.find('\n'), printed.err.size() - 1) << printed.err;
    EXPECT_NE(printed.err.find(says), std::string::npos) << printed.err;
  };
  NextOptions options = kBerlin;
  options.cron = "0 24 * * *";
  refused(options, "tidemill: hour: 24 is not in 0-23");
  options = kBerlin;
  options.cron = "";
  refused(options, "tidemill: cron: 0 fields");
  options = kBerlin;
  options.timezone = "Mars/Base";
  refused(options, "--timezone: time zone \"Mars/Base\" is not known");
  options.timezone = "../../x";
  refused(options, "../../x");
  options = kBerlin;
  options.from = "yesterday";
  refused(options, "--from: time \"yesterday\"");
  options = kBerlin;
  options.gap = "maybe";
  refused(options, "--gap: \"maybe\" is not known; use run_after or skip");
  options = kBerlin;
  options.fold = "";
  refused(options, "use first or both");
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{100'001}}) {
    options = kBerlin;
    options.count = count;
    refused(options, "--count");
  }
}

TEST(NextCommand, TheEndOfTimeIsNoError) {
  const Printed printed = run({.cron = "@yearly", .from = "9998-06-01T00:00:00Z"});
  EXPECT_EQ(printed.exit_code, 0);
  EXPECT_EQ(printed.out, "");
}

TEST(NextCommand, SaysWhenClockChangesAreNotKnown) {
  NextOptions options = kBerlin;
  options.from = "2039-01-01T00:00:00Z";
  EXPECT_NE(run(options).err.find("2038"), std::string::npos);
  options.timezone = "UTC";
  EXPECT_EQ(run(options).err, "");
}

}  // namespace
}  // namespace tidemill
