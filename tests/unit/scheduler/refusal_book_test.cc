#include "scheduler/people/refusal_book.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr RefusalRule kRule{3, seconds(60), 5, seconds(10), 4};
constexpr BootTime kStart{1'000'000};

TEST(RefusalBook, WritesThemAllWhileTheyAreFew) {
  RefusalBook book(kRule);
  EXPECT_EQ(book.take("a", kStart), 0);
  EXPECT_EQ(book.take("b", kStart), 0);
  EXPECT_EQ(book.take("a", kStart), 0);
}

TEST(RefusalBook, CountsWhatItLeavesOutAndTellsOnce) {
  RefusalBook book(kRule);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(book.take("a", kStart), 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(book.take("a", kStart), std::nullopt);
  EXPECT_EQ(book.take("b", kStart), 1000);
  EXPECT_EQ(book.take("b", kStart), 0);
  EXPECT_EQ(book.take_left_out(), 0);
  EXPECT_EQ(book.take("b", kStart), std::nullopt);
  EXPECT_EQ(book.take_left_out(), 1);
}

TEST(RefusalBook, OneAddressCannotUseUpTheAllowanceOfOthers) {
  RefusalBook book(kRule);
  for (int i = 0; i < 100; ++i) book.take("attacker", kStart);
  EXPECT_NE(book.take("somebody", kStart), std::nullopt);
}

TEST(RefusalBook, AnHourOfKnockingWritesOnlySoMuch) {
  for (const int addresses : {1, 1000}) {
    RefusalBook book(kRule);
    int written = 0, asked = 0;
    for (Duration passed{}; passed < hours(1); passed += std::chrono::milliseconds(100)) {
      const std::string address = std::to_string(asked++ % addresses);
      written += book.take(address, kStart + passed) ? 1 : 0;
    }
    EXPECT_LE(written, 5 + 360) << addresses;
    EXPECT_GE(written, 3 + 59) << addresses;
  }
}

TEST(RefusalBook, TheAllowanceComesBack) {
  RefusalBook book(kRule);
  for (int i = 0; i < 4; ++i) book.take("a", kStart);
  EXPECT_EQ(book.take("a", kStart + seconds(59)), std::nullopt);
  EXPECT_EQ(book.take("a", kStart + seconds(61)), 2);
}

}  // namespace
}  // namespace tidemill
