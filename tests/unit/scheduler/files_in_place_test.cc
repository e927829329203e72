#include "scheduler/files_in_place.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

class FilesInPlaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file_atomic(path, "ours").ok());
    ASSERT_TRUE(files.remember(path).ok());
  }
  std::string look() {
    now = now + FilesInPlace::kLookEvery;
    const Status status = files.look(now);
    return status.ok() ? "" : status.error().message;
  }
  testing::TemporaryDirectory folder;
  std::string path = folder / "tidemill.db";
  FilesInPlace files;
  BootTime now{1};
};

TEST_F(FilesInPlaceTest, WritingToTheFileChangesNothing) {
  EXPECT_EQ(look(), "");
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  EXPECT_EQ(look(), "");
}

TEST_F(FilesInPlaceTest, ARemovedFileIsNamed) {
  ASSERT_EQ(::unlink(path.c_str()), 0);
  EXPECT_NE(look().find(path + " was removed or moved"), std::string::npos);
}

TEST_F(FilesInPlaceTest, ACopyOfTheSameNameIsAnotherFile) {
  const Fd still_there(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(write_file_atomic(path, "ours").ok());
  EXPECT_NE(look().find("replaced by another file"), std::string::npos);
}

TEST_F(FilesInPlaceTest, AMissingFileCannotBeRemembered) {
  EXPECT_FALSE(files.remember(folder / "absent").ok());
}

}  // namespace
}  // namespace tidemill
