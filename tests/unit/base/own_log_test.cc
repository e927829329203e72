#include "base/own_log.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

class OwnLogTest : public ::testing::Test {
 protected:
  std::string content() const { return read_file(path, 16u << 20).value(); }
  testing::TemporaryDirectory folder;
  std::string path = folder / "own.log";
};

TEST_F(OwnLogTest, OnlyWhatTheLastProcessSaidIsItsLastLine) {
  ASSERT_TRUE(write_all(open_own_log(path)->fd.get(), "the first one: out of luck\n").ok());
  const OwnLog second = open_own_log(path).value();
  EXPECT_EQ(last_line_since(path, second.begin), "");
  ASSERT_TRUE(write_all(second.fd.get(), "hello\nno \x1b[2J room\n\n").ok());
  EXPECT_EQ(last_line_since(path, second.begin), "no \\x1b[2J room");
  EXPECT_EQ(content().substr(0, 9), "the first") << "nothing is lost";
}

TEST_F(OwnLogTest, ALargeLogIsCutToItsEndAtALineAndAnOldWriterGoesOnBehindIt) {
  const OwnLog old = open_own_log(path).value();
  std::string text;
  for (int line = 0; text.size() <= kOwnLogBytes; ++line) text += fmt::format("line {}\n", line);
  ASSERT_TRUE(write_all(old.fd.get(), text).ok());
  const OwnLog log = open_own_log(path).value();
  EXPECT_LE(content().size(), static_cast<std::size_t>(kOwnLogKeptBytes));
  EXPECT_EQ(content().substr(0, 5), "line ");
  EXPECT_TRUE(text.ends_with(content()));
  ASSERT_TRUE(write_all(old.fd.get(), "and on\n").ok());
  EXPECT_EQ(last_line_since(path, log.begin), "and on");
  EXPECT_EQ(content().find('\0'), std::string::npos) << "no hole";
}

TEST_F(OwnLogTest, ALogThatIsNotThereSaysNothing) { EXPECT_EQ(last_line_since(path, 0), ""); }

}  // namespace
}  // namespace tidemill
