// Workspaces, checkpoints and the object store.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "worker/checkpoints.h"
#include "worker/objects.h"
#include "worker/workspaces.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& content) { std::ofstream(path) << content; }

TEST(Workspaces, AnUntouchedFolderServesAgain) {
  testing::TemporaryDirectory folder;
  Workspaces workspaces(folder / "attempts");
  ASSERT_TRUE(workspaces.open().value().empty());
  const auto number = workspaces.take().value();
  ASSERT_TRUE(workspaces.write_context(number, "{\"a\": 1}").ok());
  EXPECT_FALSE(workspaces.touched(number));
  workspaces.offer(number);
  EXPECT_EQ(workspaces.take().value(), number);
}

TEST(Workspaces, EveryTraceIsSeen) {
  testing::TemporaryDirectory folder;
  Workspaces workspaces(folder / "attempts");
  ASSERT_TRUE(workspaces.open().ok());
  for (const char* trace : {"output", "out/x", "in/x"}) {
    const auto number = workspaces.take().value();
    const std::string path = workspaces.path(number);
    ASSERT_FALSE(workspaces.touched(number));
    fs::create_directories(fs::path(path + "/" + trace).parent_path());
    write(path + "/" + trace, "");
    EXPECT_TRUE(workspaces.touched(number)) << trace;
    workspaces.set_aside(number);
    EXPECT_NE(workspaces.take().value(), number) << "not before it is clean";
    ASSERT_TRUE(Workspaces::clean(path).ok());
    EXPECT_FALSE(workspaces.touched(number));
    EXPECT_FALSE(fs::exists(path + "/" + trace));
  }
}

TEST(Workspaces, AFolderWithoutPermissionsIsCleanedAllTheSame) {
  testing::TemporaryDirectory folder;
  Workspaces workspaces(folder / "attempts");
  ASSERT_TRUE(workspaces.open().ok());
  const std::string path = workspaces.path(workspaces.take().value());
  fs::create_directories(path + "/out/deep/er");
  write(path + "/out/deep/er/x", "");
  ::chmod((path + "/out/deep").c_str(), 0);
  ::chmod((path + "/out").c_str(), 0500);
  ASSERT_TRUE(Workspaces::clean(path).ok());
  EXPECT_TRUE(fs::is_empty(path + "/out"));
}

TEST(Workspaces, AShorterContextHidesTheLongerOneBefore) {
  testing::TemporaryDirectory folder;
  Workspaces workspaces(folder / "attempts");
  ASSERT_TRUE(workspaces.open().ok());
  const auto number = workspaces.take().value();
  ASSERT_TRUE(workspaces.write_context(number, "{\"long\": \"secret of another task\"}").ok());
  ASSERT_TRUE(workspaces.write_context(number, "{}").ok());
  const std::string content = testing::read_text(workspaces.path(number) + "/context.json");
  EXPECT_EQ(content.find("secret"), std::string::npos);
  EXPECT_EQ(content.substr(0, 3), "{}\n");
}

TEST(Workspaces, OldFoldersAreFoundAndNumbersNotReused) {
  testing::TemporaryDirectory folder;
  {
    Workspaces workspaces(folder / "attempts");
    ASSERT_TRUE(workspaces.open().ok());
    (void)workspaces.take().value();
    (void)workspaces.take().value();
  }
  Workspaces workspaces(folder / "attempts");
  EXPECT_EQ(workspaces.open().value().size(), 2u);
  EXPECT_EQ(workspaces.take().value(), 3);
}

TEST(Checkpoints, AFailedAttemptsFolderIsFoundAgainUnderTheSamePath) {
  testing::TemporaryDirectory folder;
  Checkpoints checkpoints(folder / "checkpoints");
  ASSERT_TRUE(checkpoints.open().ok());
  const auto first = checkpoints.take(RunId{1}, 2).value();
  EXPECT_FALSE(first.has_content);
  write(checkpoints.path(first.number) + "/epoch", "3");
  checkpoints.settle(first.number, RunId{1}, 2, false);
  EXPECT_FALSE(checkpoints.release(first.number, RunId{1}, 2));
  const auto other = checkpoints.take(RunId{1}, 3).value();
  EXPECT_NE(other.number, first.number);

  Checkpoints later(folder / "checkpoints");  // the agent was started again
  ASSERT_TRUE(later.open().ok());
  const auto second = later.take(RunId{1}, 2).value();
  EXPECT_EQ(second.number, first.number);
  EXPECT_TRUE(second.has_content);
  later.settle(second.number, RunId{1}, 2, true);
  EXPECT_TRUE(later.release(second.number, RunId{1}, 2)) << "after success it is rubbish";
  ASSERT_TRUE(Checkpoints::clean(later.path(second.number)).ok());
  EXPECT_FALSE(later.take(RunId{1}, 2).value().has_content);
}

TEST(Checkpoints, UnusedFoldersServeEverybody) {
  testing::TemporaryDirectory folder;
  Checkpoints checkpoints(folder / "checkpoints");
  ASSERT_TRUE(checkpoints.open().ok());
  const auto first = checkpoints.take(RunId{1}, 1).value();
  checkpoints.settle(first.number, RunId{1}, 1, false);
  EXPECT_FALSE(checkpoints.release(first.number, RunId{1}, 1));
  EXPECT_EQ(checkpoints.take(RunId{2}, 9).value().number, first.number);
}

class ObjectsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(out); }

  testing::TemporaryDirectory folder;
  std::string out = folder / "out";
  std::string root = folder / "objects";
  Objects objects{root};
};

TEST_F(ObjectsTest, AFileComesBackReadOnlyWithTheSameContent) {
  write(out + "/model.bin", "weights");
  const Artifact artifact = objects.store("model", out, "model.bin").value();
  EXPECT_EQ(artifact.hash, sha256_hex("weights"));
  EXPECT_EQ(artifact.bytes, 7u);
  EXPECT_FALSE(artifact.is_directory);
  ASSERT_TRUE(objects.materialise({"model", artifact.hash, false}, folder / "in").ok());
  EXPECT_EQ(testing::read_text(folder / "in"), "weights");
  struct stat st {};
  ASSERT_EQ(::stat((folder / "in").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0444u);
}

TEST_F(ObjectsTest, StoringTwiceIsTheSame) {
  write(out + "/a", "same");
  write(out + "/b", "same");
  const auto first = objects.store("a", out, "a").value();
  const auto again = objects.store("a", out, "a").value();
  const auto other = objects.store("b", out, "b").value();
  EXPECT_EQ(first.hash, again.hash);
  EXPECT_EQ(first.hash, other.hash);
  EXPECT_TRUE(fs::is_empty(root + "/new"));
}

TEST_F(ObjectsTest, AFolderComesBackWithItsExecutables) {
  fs::create_directories(out + "/tree/sub");
  write(out + "/tree/sub/data", "1");
  write(out + "/tree/run.sh", "#!/bin/sh\n");
  ::chmod((out + "/tree/run.sh").c_str(), 0755);
  const Artifact artifact = objects.store("tree", out, "tree").value();
  EXPECT_TRUE(artifact.is_directory);
  EXPECT_EQ(artifact.bytes, 11u);
  ASSERT_TRUE(objects.materialise({"tree", artifact.hash, true}, folder / "in/tree").ok());
  EXPECT_EQ(testing::read_text(folder / "in/tree/sub/data"), "1");
  EXPECT_EQ(::access((folder / "in/tree/run.sh").c_str(), X_OK), 0);
}

TEST_F(ObjectsTest, EqualFoldersHaveEqualHashes) {
  for (const char* name : {"x", "y"}) {
    fs::create_directories(out + "/" + name);
    write(out + "/" + name + "/b", "2");
    write(out + "/" + name + "/a", "1");
  }
  EXPECT_EQ(objects.store("x", out, "x").value().hash, objects.store("y", out, "y").value().hash);
}

TEST_F(ObjectsTest, LinksAndOtherThingsAreRefusedByName) {
  write(folder / "outside", "secret");
  fs::create_symlink(folder / "outside", out + "/link");
  fs::create_directory_symlink(folder.path(), out + "/up");
  fs::create_directories(out + "/tree");
  fs::create_symlink("/etc/passwd", out + "/tree/inner");
  ::mkfifo((out + "/fifo").c_str(), 0600);
  for (const char* path : {"link", "up/outside", "tree", "fifo"}) {
    const auto stored = objects.store("x", out, path);
    ASSERT_FALSE(stored.ok()) << path;
    EXPECT_TRUE(stored.error().message.find("symbolic link") != std::string::npos ||
                stored.error().message.find("neither") != std::string::npos)
        << stored.error().message;
  }
  const auto missing = objects.store("x", out, "none");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("left no none"), std::string::npos);
}

TEST_F(ObjectsTest, AChangedObjectIsNotHandedOn) {
  write(out + "/a", "good");
  const auto artifact = objects.store("a", out, "a").value();
  ASSERT_TRUE(objects.materialise({"a", artifact.hash, false}, folder / "in").ok());
  const std::string stored = root + "/" + artifact.hash.substr(0, 2) + "/" + artifact.hash;
  ::chmod(stored.c_str(), 0644);
  write(stored, "evil");
  const auto again = objects.materialise({"a", artifact.hash, false}, folder / "in2");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::corrupt);
  EXPECT_FALSE(fs::exists(folder / "in2"));
}

TEST_F(ObjectsTest, StoringTheSameContentRepairsAChangedObject) {
  write(out + "/a", "good");
  const auto artifact = objects.store("a", out, "a").value();
  const std::string stored = root + "/" + artifact.hash.substr(0, 2) + "/" + artifact.hash;
  ::chmod(stored.c_str(), 0644);
  std::ofstream(stored, std::ios::app) << "evil";
  write(out + "/b", "good");
  ASSERT_TRUE(objects.store("b", out, "b").ok());
  EXPECT_EQ(testing::read_text(stored), "good");
  ASSERT_TRUE(objects.materialise({"a", artifact.hash, false}, folder / "in").ok());
  EXPECT_EQ(testing::read_text(folder / "in"), "good");
  EXPECT_TRUE(fs::is_empty(root + "/new"));
}

TEST_F(ObjectsTest, ACopiedInputCannotSpoilItsObject) {
  Objects copying(root, Objects::Sharing::copies);
  write(out + "/a", "good");
  const auto artifact = copying.store("a", out, "a").value();
  ASSERT_TRUE(copying.materialise({"a", artifact.hash, false}, folder / "in").ok());
  struct stat st {};
  ASSERT_EQ(::stat((folder / "in").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0444u);
  ::chmod((folder / "in").c_str(), 0644);
  std::ofstream(folder / "in", std::ios::app) << "spoilt";
  ASSERT_TRUE(copying.materialise({"a", artifact.hash, false}, folder / "in2").ok());
  EXPECT_EQ(testing::read_text(folder / "in2"), "good");
}

TEST_F(ObjectsTest, ALinkedInputCostsNoSpace) {
  Objects linking(root, Objects::Sharing::links);
  write(out + "/a", "good");
  const auto artifact = linking.store("a", out, "a").value();
  ASSERT_TRUE(linking.materialise({"a", artifact.hash, false}, folder / "in").ok());
  EXPECT_EQ(fs::hard_link_count(folder / "in"), 3u) << "the task's own, the object, the input";
}

TEST_F(ObjectsTest, AFileWithAnotherNameElsewhereIsCopied) {
  write(folder / "data.csv", "rows");
  ::chmod((folder / "data.csv").c_str(), 0644);
  fs::create_hard_link(folder / "data.csv", out + "/data.csv");
  const auto artifact = objects.store("data", out, "data.csv").value();
  std::ofstream(folder / "data.csv", std::ios::app) << "more";
  struct stat st {};
  ASSERT_EQ(::stat((folder / "data.csv").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0644u);
  ASSERT_TRUE(objects.materialise({"data", artifact.hash, false}, folder / "in").ok());
  EXPECT_EQ(testing::read_text(folder / "in"), "rows");
}

TEST_F(ObjectsTest, AMissingObjectIsAnError) {
  EXPECT_FALSE(objects.materialise({"a", std::string(64, '0'), false}, folder / "in").ok());
}

}  // namespace
}  // namespace tidemill
