#include "scheduler/dag_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/fd.h"
#include "base/json.h"
#include "cli/validate_command.h"
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

class ValidateTest : public DagFilesTest {
 protected:
  // The exit code and what was printed.
  std::string validate(const std::string& format = "human") {
    ::testing::internal::CaptureStdout();
    const int code = run_validate({{directory_.path()}, format});
    std::string out = ::testing::internal::GetCapturedStdout();
    for (std::size_t at = out.find(directory_.path()); at != std::string::npos;
         at = out.find(directory_.path())) {
      out.replace(at, directory_.path().size(), "DIR");
    }
    return fmt::format("{}\n{}", code, out);
  }

  void write_text(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file_atomic(path(name), text).ok());
  }
};

TEST_F(ValidateTest, CountsWhatItFoundAndSaysSoByExitCode) {
  write("good.yaml");
  EXPECT_EQ(validate(), "0\n1 file, 0 errors\n");
  write_text("warned.yaml", "pools: {p: 1}\ntasks: {a: {run: x}}\n");
  EXPECT_EQ(validate(),
            "0\nDIR/warned.yaml:1:9: warning: no task uses the pool p [TM069]\n"
            "    pools: {p: 1}\n            ^\n2 files, 0 errors, 1 warning\n");
  write_text("bad.yaml", "tasks: {}\n");
  EXPECT_EQ(validate().substr(0, 2), "1\n");
  EXPECT_NE(validate().find("3 files, 1 error, 1 warning"), std::string::npos);
}

TEST_F(ValidateTest, OneNameForTwoDagsIsAnErrorAtTheSecond) {
  write_text("a.yaml", "name: load\ntasks: {a: {run: x}}\n");
  write_text("b.yaml", "tasks: {a: {run: x}}\nname: load\n");
  EXPECT_EQ(
      validate(),
      "1\nDIR/b.yaml:2:7: error: the DAG name load is taken by DIR/a.yaml [TM021]\n"
      "    name: load\n          ^\n    hint: give one of them another name\n2 files, 1 error\n");
}

TEST_F(ValidateTest, WrongOptionsAndMissingPathsHaveTheirOwnCodes) {
  write("a.yaml");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_validate({{directory_.path()}, "xml"}), 2);
  EXPECT_EQ(run_validate({{path("missing")}, "human"}), 3);
  EXPECT_EQ(run_validate({{}, "human"}), 2);
  ::testing::internal::GetCapturedStderr();
}

TEST_F(ValidateTest, MachineFormatsPrintNothingElse) {
  write_text("bad.yaml", "tasks: {}\n");
  EXPECT_EQ(validate("github"),
            "1\n::error file=DIR/bad.yaml,line=1,col=8,title=TM050 No tasks::the DAG has no tasks; "
            "add one: hello: {run: echo hello}\n");
  for (const std::string format : {"json", "sarif"}) {
    const std::string out = validate(format);
    EXPECT_TRUE(parse_json(std::string_view(out).substr(2)).ok()) << format;
  }
}

}  // namespace
}  // namespace tidemill
