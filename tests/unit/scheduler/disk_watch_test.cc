#include "scheduler/disk_watch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

constexpr std::uint64_t kMiB = 1 << 20, kGiB = 1 << 30;

TEST(DiskReserve, IsBytesOrPercentWhicheverIsMore) {
  const DiskRule rule{kGiB, 5, 0};
  EXPECT_EQ(reserve_of(rule, 10 * kGiB), kGiB);
  EXPECT_EQ(reserve_of(rule, 100 * kGiB), 100 * kGiB / 100 * 5);
}

TEST(DiskReserve, APercentageOfALargeDiskStaysReasonable) {
  EXPECT_EQ(reserve_of({kGiB, 5, 0}, 100'000 * kGiB), 10 * kGiB);
}

TEST(DiskReserve, NothingOverflows) {
  EXPECT_EQ(reserve_of({UINT64_MAX, 90, 0}, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(reserve_of({0, 90, 0}, UINT64_MAX), 0u);
}

class Watch : public ::testing::Test {
 protected:
  std::uint64_t ballast() const {
    struct stat info {};
    const std::string path = folder_.path() + "/ballast";
    return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
  testing::TemporaryDirectory folder_;
};

TEST_F(Watch, TheBallastGrowsInPiecesUntilItIsWhole) {
  DiskWatch watch(folder_.path(), {1, 0, 40 * kMiB});
  EXPECT_FALSE(watch.look().value().low);
  EXPECT_EQ(ballast(), 16 * kMiB);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(watch.look().ok());
  EXPECT_EQ(ballast(), 40 * kMiB);
}

TEST_F(Watch, TheBallastIsGivenUpOnce) {
  DiskWatch watch(folder_.path(), {1, 0, kMiB});
  EXPECT_FALSE(watch.give_up_ballast()) << "there is none yet";
  EXPECT_TRUE(watch.look().ok());
  EXPECT_TRUE(watch.give_up_ballast());
  EXPECT_EQ(ballast(), 0u);
  EXPECT_FALSE(watch.give_up_ballast());
}

TEST_F(Watch, LowStaysLowUntilATenthMoreIsFree) {
  const std::uint64_t free = free_space(folder_.path()).value().free;
  DiskWatch watch(folder_.path(), {2 * free, 0, kMiB});
  EXPECT_TRUE(watch.look().value().low);
  EXPECT_EQ(ballast(), 0u) << "no space is set aside on a disk that is nearly full";
  watch.set_rule({free - free / 20, 0, 0});
  EXPECT_TRUE(watch.look().value().low);
  watch.set_rule({free / 2, 0, 0});
  EXPECT_FALSE(watch.look().value().low);
}

TEST_F(Watch, AFolderThatIsGoneIsAnError) {
  EXPECT_FALSE(DiskWatch(folder_.path() + "/gone", {}).look().ok());
}

}  // namespace
}  // namespace tidemill
