#include "cli/dag_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/fd.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDag = "tasks: {a: {run: x}}\n";

class DagFilesTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  void write(const std::string& name, unsigned mode = 0644) {
    fs::create_directories(fs::path(path(name)).parent_path());
    ASSERT_TRUE(write_file_atomic(path(name), kDag, mode).ok());
    ASSERT_EQ(::chmod(path(name).c_str(), mode), 0);
  }

  // "a.yaml TM018" for each file, "-" when there is nothing to say of it.
  std::string found(const std::string& where = "") const {
    const auto files = find_dag_files({where.empty() ? directory_.path() : path(where)});
    if (!files.ok()) return "error: " + files.error().message;
    std::string out;
    for (const DagFile& file : files.value().files) {
      out += fs::path(file.path).lexically_relative(directory_.path()).string() + " ";
      if (file.findings.empty()) out += "-";
      for (const Finding& finding : file.findings) out += finding.rule;
      out += file.readable ? "\n" : " unread\n";
    }
    for (const std::string& skipped : files.value().skipped) {
      out += "skipped " + fs::path(skipped).lexically_relative(directory_.path()).string() + "\n";
    }
    return out;
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(DagFilesTest, FoldersAreSearchedInOrder) {
  write("b.yaml");
  write("a/c.yml");
  write("a/script.sh");
  write("README.md");
  EXPECT_EQ(found(), "a/c.yml -\nb.yaml -\n");
}

TEST_F(DagFilesTest, HiddenEntriesAreNamedNotSearched) {
  write("a.yaml");
  write(".git/x.yaml");
  write(".b.yaml");
  EXPECT_EQ(found(), "a.yaml -\nskipped .b.yaml\nskipped .git\n");
}

TEST_F(DagFilesTest, WhatIsNoFileIsNamedAndNotOpened) {
  write("a.yaml");
  ASSERT_EQ(::mkfifo(path("pipe.yaml").c_str(), 0644), 0);
  fs::create_directory(path("folder.yaml"));
  fs::create_symlink("/dev/zero", path("zero.yaml"));
  EXPECT_EQ(found(),
            "a.yaml -\nfolder.yaml TM018 unread\npipe.yaml TM018 unread\nzero.yaml TM019 unread\n");
  EXPECT_EQ(found("pipe.yaml"), "pipe.yaml TM018 unread\n");
  EXPECT_EQ(found("zero.yaml"), "zero.yaml TM018 unread\n");
}

TEST_F(DagFilesTest, LinksAreFollowedInsideTheFolderOnly) {
  write("dags/real.yaml");
  write("outside.yaml");
  fs::create_symlink("real.yaml", path("dags/inside.yaml"));
  fs::create_symlink("../outside.yaml", path("dags/out.yaml"));
  fs::create_symlink("nowhere.yaml", path("dags/dangling.yaml"));
  fs::create_symlink("loop.yaml", path("dags/loop.yaml"));
  fs::create_directory(path("elsewhere"));
  fs::create_symlink("../elsewhere", path("dags/more"));
  EXPECT_EQ(found("dags"),
            "dags/dangling.yaml TM019 unread\ndags/inside.yaml -\ndags/loop.yaml TM019 unread\n"
            "dags/out.yaml TM019 unread\ndags/real.yaml -\nskipped dags/more\n");
  EXPECT_EQ(found("dags/out.yaml"), "dags/out.yaml -\n");
}

TEST_F(DagFilesTest, ModesThatAreTooOpenOrTooClosedAreNamed) {
  write("open.yaml", 0666);
  write("closed.yaml", 0000);
  EXPECT_EQ(found(), "closed.yaml TM017 unread\nopen.yaml TM020\n");
}

TEST_F(DagFilesTest, NothingToCheckIsAnError) {
  EXPECT_EQ(found("missing.yaml"), "error: " + path("missing.yaml") + " does not exist");
  fs::create_directory(path("empty"));
  EXPECT_EQ(found("empty"), "error: " + path("empty") + " holds no *.yaml or *.yml file");
}

TEST_F(DagFilesTest, AFileNamedTwiceIsCheckedOnce) {
  write("a.yaml");
  const auto files = find_dag_files({path("a.yaml"), directory_.path()});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(files.value().files.size(), 1u);
}

}  // namespace
}  // namespace tidemill
