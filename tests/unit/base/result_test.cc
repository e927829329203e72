#include "base/result.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return invalid("odd");
  return n / 2;
}

Result<int> quarter(int n) {
  const int halved = TRY(half(n));
  return half(halved);
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(7).error().code, ErrorCode::invalid);
}

TEST(Result, ContextIsPutBeforeTheMessage) {
  EXPECT_EQ(quarter(7).error().context("dag.yaml").message, "dag.yaml: odd");
}

TEST(ResultDeathTest, ReadingAValueThatIsNotThereIsABug) {
  EXPECT_DEATH((void)half(1).value(), "CHECK failed");
}

}  // namespace
}  // namespace tidemill
