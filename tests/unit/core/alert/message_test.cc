// How a message reads, whatever its texts hold.
#include "core/alert/message.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "core/alert/delivery.h"

namespace tidemill {
namespace {

AlertMessage train_failure() {
  AlertMessage message;
  message.id = "m1";
  message.thread = "m1";
  message.key = {"daily", "train", "exit"};
  message.severity = AlertSeverity::critical;
  message.what = "train of daily failed: exit code 3";
  message.raised_at = {1'700'000'000'000'000};
  return message;
}

TEST(Message, TheTitleIsOneLineAndFits) {
  AlertMessage message = train_failure();
  EXPECT_EQ(message_title(message, 200), "critical: train of daily failed: exit code 3");
  message.what = "a\r\nSubject: b\x01\xFF" + std::string(5000, 'x');
  for (const std::size_t limit : {10u, 11u, 12u, 150u}) {
    const std::string title = message_title(message, limit);
    EXPECT_LE(title.size(), limit);
    EXPECT_EQ(title.find_first_of("\r\n\x01"), std::string::npos);
    EXPECT_FALSE(find_invalid_utf8(title)) << title;
  }
}

TEST(Message, ACutIsBetweenCharacters) {
  EXPECT_EQ(plain_text("äöü", 6), "äöü");
  EXPECT_EQ(plain_text("äöüß", 6), "ä…");
  EXPECT_EQ(plain_text("abcdef", 6), "abcdef");
  EXPECT_EQ(plain_text("abcdefg", 6), "abc…");
  EXPECT_EQ(plain_text("a\tb\nc", 20), "a b\nc");
  EXPECT_EQ(plain_text("\xC3", 20), "\xEF\xBF\xBD");
}

TEST(Message, TheTextSaysSinceWhenAndHowOften) {
  AlertMessage message = train_failure();
  message.count = 7;
  EXPECT_EQ(message_text(message, 2000),
            "train of daily failed: exit code 3\n"
            "train of daily · critical · since 2023-11-14T22:13:20Z · 7 times");
  message.kind = MessageKind::ended;
  message.news = "it works again";
  EXPECT_TRUE(message_text(message, 2000)
                  .starts_with("train of daily failed: exit code 3\nit works again\n"));
  EXPECT_LE(message_text(message, 40).size(), 40u);
  message.story = "what changed";
  EXPECT_EQ(message_text(message, 2000), "it works again\n\nwhat changed");
}

TEST(Message, SeveralAlertsAreOneTitleAndAList) {
  AlertMessage message = train_failure();
  for (int i = 0; i < 30; ++i) {
    AlertMessage other = train_failure();
    other.what = fmt::format("t{} of daily failed: exit code {}", i, i);
    message.others.push_back(other);
  }
  EXPECT_EQ(message_title(message, 200),
            "critical: train of daily failed: exit code 3 (and 30 more)");
  EXPECT_LE(message_title(message, 30).size(), 30u);
  EXPECT_TRUE(message_title(message, 30).ends_with("(and 30 more)"));
  const std::string text = message_text(message, 5000);
  EXPECT_NE(text.find("\n\n30 more of daily:\n- t0 of daily failed: exit code 0\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("- t19 of daily failed: exit code 19\n- …")) << text;
  EXPECT_LE(message_text(message, 100).size(), 100u);
  message.story = std::string(5000, 's');
  EXPECT_NE(message_text(message, 3000).find("30 more of daily"), std::string::npos)
      << "a long story does not hide it";
}

TEST(Message, KeysAreShortAndDiffer) {
  EXPECT_EQ(dedup_key({"daily", "train", "exit"}), "daily/train/exit");
  const std::string a = dedup_key({std::string(300, 'a'), "x", "exit"});
  const std::string b = dedup_key({std::string(300, 'a'), "y", "exit"});
  EXPECT_EQ(a.size(), 255u);
  EXPECT_NE(a, b);
}

TEST(Delivery, WhatAnswersMean) {
  using Meaning = DeliveryOutcome::Kind;
  for (const int status : {200, 201, 202, 204}) {
    EXPECT_EQ(judge_http(status, {}, true).kind, Meaning::sent);
  }
  for (const int status : {400, 404, 410, 413, 422, 301, 307}) {
    EXPECT_EQ(judge_http(status, {}, false).kind, Meaning::refused) << status;
  }
  for (const int status : {404, 410}) EXPECT_EQ(judge_http(status, {}, true).kind, Meaning::gone);
  for (const int status : {401, 403, 408, 429, 500, 502, 503, 599}) {
    EXPECT_EQ(judge_http(status, {}, true).kind, Meaning::retry) << status;
  }
  EXPECT_EQ(judge_http(429, std::chrono::seconds(30), true).wait, std::chrono::seconds(30));
  EXPECT_EQ(judge_smtp(550, "x").kind, Meaning::refused);
  EXPECT_EQ(judge_smtp(535, "x").kind, Meaning::retry);
  EXPECT_EQ(judge_smtp(421, "x").kind, Meaning::retry);
  EXPECT_EQ(judge_smtp(0, "no connection").error, "no connection");
}

TEST(Delivery, TriesComeLessAndLessOften) {
  for (std::uint32_t tries = 1; tries < 60; ++tries) {
    const Duration delay = retry_delay("a message", tries);
    const Duration full = std::min<Duration>(
        std::chrono::minutes(15), std::chrono::seconds(5) * (1 << std::min(tries - 1, 9u)));
    EXPECT_GE(delay, full * 8 / 10) << tries;
    EXPECT_LE(delay, std::min<Duration>(std::chrono::minutes(15), full * 12 / 10)) << tries;
    EXPECT_EQ(delay, retry_delay("a message", tries));
  }
  EXPECT_NE(retry_delay("one", 3), retry_delay("another", 3));
}

}  // namespace
}  // namespace tidemill
