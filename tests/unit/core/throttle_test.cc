// Who guesses waits longer and longer, others do not, and a flood of names takes no memory.
#include "core/throttle.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BootTime at(Duration since_boot) { return {since_boot.count()}; }

ThrottleRule rule() {
  ThrottleRule rule;
  rule.free_tries = 3;
  rule.first_wait = seconds(1);
  rule.longest_wait = seconds(60);
  rule.forget_after = hours(1);
  rule.most_names = 3;
  return rule;
}

TEST(Throttle, WaitsAreThisTable) {
  Throttle throttle(rule());
  Duration now = seconds(1000);
  const std::vector<int> expected_waits = {0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60};
  for (const int expected : expected_waits) {
    ASSERT_EQ(throttle.begin("ann", at(now)), Duration::zero());
    EXPECT_EQ(throttle.wait("ann", at(now)), seconds(expected));
    now += seconds(expected);
  }
}

TEST(Throttle, ATryThatMustWaitIsNotCountedAndTheWaitShrinks) {
  Throttle throttle(rule());
  for (int i = 0; i < 4; ++i) throttle.begin("ann", at(seconds(100 + i)));
  EXPECT_EQ(throttle.begin("ann", at(seconds(103))), seconds(2));
  EXPECT_EQ(throttle.begin("ann", at(seconds(104))), seconds(1));
  EXPECT_EQ(throttle.begin("ann", at(seconds(104))), seconds(1));
  EXPECT_EQ(throttle.begin("ann", at(seconds(105))), Duration::zero());
}

TEST(Throttle, OneNameDoesNotSlowAnother) {
  Throttle throttle(rule());
  for (int i = 0; i < 3; ++i) throttle.begin("ann", at(seconds(100)));
  EXPECT_GT(throttle.wait("ann", at(seconds(100))), Duration::zero());
  EXPECT_EQ(throttle.wait("bob", at(seconds(100))), Duration::zero());
}

TEST(Throttle, ManyAtOnceDoNotSlipThrough) {
  Throttle throttle(rule());
  int went = 0;
  for (int i = 0; i < 50; ++i) went += throttle.begin("ann", at(seconds(5))) == Duration::zero();
  EXPECT_EQ(went, 3);
}

TEST(Throttle, AGoodTryIsTakenBackAndForgettingBeginsAnew) {
  Throttle throttle(rule());
  for (int i = 0; i < 3; ++i) throttle.begin("ann", at(seconds(100)));
  throttle.take_back("ann");
  EXPECT_EQ(throttle.wait("ann", at(seconds(100))), Duration::zero());
  throttle.begin("ann", at(seconds(100)));
  EXPECT_EQ(throttle.wait("ann", at(seconds(100))), seconds(1));
  throttle.forget("ann");
  EXPECT_EQ(throttle.size(), 0u);
  throttle.take_back("nobody");
  EXPECT_EQ(throttle.size(), 0u);
}

TEST(Throttle, AnHourOfQuietIsForgiven) {
  Throttle throttle(rule());
  for (int i = 0; i < 3; ++i) throttle.begin("ann", at(seconds(100)));
  EXPECT_EQ(throttle.begin("ann", at(seconds(100) + hours(1))), Duration::zero());
  EXPECT_EQ(throttle.wait("ann", at(seconds(100) + hours(1))), Duration::zero());
}

TEST(Throttle, NamesAreBoundedAndTheOneTriedLongestAgoGoes) {
  Throttle throttle(rule());
  for (int i = 0; i < 3; ++i) throttle.begin("ann", at(minutes(1)));
  throttle.begin("bob", at(minutes(2)));
  throttle.begin("cyd", at(minutes(3)));
  for (int i = 0; i < 2; ++i) throttle.begin("ann", at(minutes(4)));
  throttle.begin("dan", at(minutes(5)));
  EXPECT_EQ(throttle.size(), 3u);
  // bob went, ann's guesses are still known.
  EXPECT_GT(throttle.wait("ann", at(minutes(4))), Duration::zero());
  for (int i = 0; i < 1000; ++i) throttle.begin(fmt::format("name {}", i), at(minutes(6)));
  EXPECT_EQ(throttle.size(), 3u);
}

TEST(Throttle, CountsDoNotOverflow) {
  Throttle throttle(rule());
  Duration now = minutes(1);
  for (int i = 0; i < 2000; ++i) {
    throttle.begin("ann", at(now));
    now += throttle.wait("ann", at(now));
    EXPECT_LE(throttle.wait("ann", at(now)), seconds(60));
  }
}

}  // namespace
}  // namespace tidemill
