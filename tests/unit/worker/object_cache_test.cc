// What a worker keeps of artifacts: the longest unused goes first, and nothing that is wanted.
#include "worker/object_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/fd.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

constexpr std::uint64_t kBytes = 1000;

class ObjectCacheTest : public ::testing::Test {
 protected:
  // Last wanted at second `wanted` of 1970.
  std::string object(const std::string& hash, std::int64_t wanted) {
    const std::string folder = root_ + "/" + hash.substr(0, 2);
    std::filesystem::create_directories(folder);
    const std::string path = folder + "/" + hash;
    EXPECT_TRUE(write_file_atomic(path, std::string(kBytes, 'x'), 0444).ok());
    const timespec times[2] = {{wanted, 0}, {0, UTIME_OMIT}};
    EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    return path;
  }
  std::uint64_t trim(std::uint64_t limit, std::int64_t wanted_since = 1'000'000) {
    const auto removed = trim_objects(root_, {limit, WallTime{wanted_since * 1'000'000}});
    EXPECT_TRUE(removed.ok());
    return removed.ok() ? *removed : 0;
  }
  static bool there(const std::string& path) { return std::filesystem::exists(path); }

  testing::TemporaryDirectory dir_;
  std::string root_ = dir_ / "objects";
};

TEST_F(ObjectCacheTest, WhatFitsStays) {
  const std::string a = object("aa01", 1);
  const std::string b = object("bb02", 2);
  EXPECT_EQ(trim(2 * kBytes), 0u);
  EXPECT_TRUE(there(a) && there(b));
}

TEST_F(ObjectCacheTest, TheLongestUnusedGoesFirst) {
  const std::string newest = object("aa01", 30);
  const std::string oldest = object("bb02", 10);
  const std::string middle = object("bb03", 20);
  EXPECT_EQ(trim(kBytes), 2 * kBytes);
  EXPECT_TRUE(there(newest));
  EXPECT_FALSE(there(oldest) || there(middle));
}

TEST_F(ObjectCacheTest, WhatWasWantedLatelyStaysHoweverMuchItIs) {
  const std::string old = object("aa01", 10);
  const std::string wanted = object("bb02", 500);
  EXPECT_EQ(trim(0, 500), kBytes);
  EXPECT_TRUE(there(wanted));
  EXPECT_FALSE(there(old));
}

TEST_F(ObjectCacheTest, WantingAnObjectKeepsItAndOneThatIsGoneIsSaidToBe) {
  const std::string path = object("aa01", 10);
  EXPECT_TRUE(want_object(path));
  EXPECT_EQ(trim(0), 0u);
  EXPECT_TRUE(there(path));
  EXPECT_FALSE(want_object(root_ + "/aa/none"));
}

TEST_F(ObjectCacheTest, OnlyObjectsAreTouched) {
  object("aa01", 10);
  std::filesystem::create_directories(root_ + "/incoming");
  EXPECT_TRUE(write_file_atomic(root_ + "/incoming/1", "half", 0600).ok());
  std::filesystem::create_symlink("/etc/passwd", root_ + "/aa/link");
  EXPECT_EQ(trim(0), kBytes);
  EXPECT_TRUE(there(root_ + "/incoming/1"));
  EXPECT_TRUE(std::filesystem::is_symlink(root_ + "/aa/link"));
}

TEST_F(ObjectCacheTest, AFolderThatIsNotThereHoldsNothing) { EXPECT_EQ(trim(0), 0u); }

}  // namespace
}  // namespace tidemill
