#include "worker/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

using Records = std::vector<journal::Record>;

journal::Begun begun(std::int64_t attempt) {
  return {0, 1000, 0, WallTime{5}, AttemptId{attempt}, RunId{1}, "/logs/1.log", "note"};
}

journal::Ended ended(std::int64_t attempt) {
  message::ExitRecord record;
  record.attempt = AttemptId{attempt};
  record.cause = Cause::exit;
  record.exit_code = 3;
  record.message = "exit code 3";
  return {record};
}

class JournalTest : public ::testing::Test {
 protected:
  Journal open(Records& found) {
    found.clear();
    return Journal::open(path, found).value();
  }

  testing::TemporaryDirectory folder;
  std::string path = folder / "journal";
  Records records;
};

TEST_F(JournalTest, RemembersEverything) {
  Journal journal = open(records);
  EXPECT_TRUE(records.empty());
  journal.append(journal::Opened{1, "boot"});
  journal.queue_begun(begun(7));
  ASSERT_EQ(journal.write_begun(4242), 0);
  journal.finish_begun(true);
  journal.append(ended(7));
  journal.append(journal::Forgotten{{AttemptId{7}, AttemptId{8}}});
  ASSERT_TRUE(journal.flush().ok());
  EXPECT_FALSE(journal.has_unwritten());

  const Journal again = open(records);
  EXPECT_EQ(again.bytes(), journal.bytes());
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(std::get<journal::Opened>(records[0]).boot_id, "boot");
  const auto& start = std::get<journal::Begun>(records[1]);
  EXPECT_EQ(start.pid, 4242);
  EXPECT_EQ(start.before_us, 1000);
  EXPECT_GT(start.after_us, 0);
  EXPECT_EQ(start.log_path, "/logs/1.log");
  EXPECT_EQ(std::get<journal::Ended>(records[2]).record.message, "exit code 3");
  EXPECT_EQ(std::get<journal::Forgotten>(records[3]).attempts.size(), 2u);
}

TEST_F(JournalTest, ABeginThatDidNotHappenLeavesNoTrace) {
  Journal journal = open(records);
  journal.append(ended(1));
  journal.queue_begun(begun(2));
  journal.finish_begun(false);
  EXPECT_TRUE(journal.has_unwritten()) << "what was queued before it is still to be written";
  ASSERT_TRUE(journal.flush().ok());
  open(records);
  ASSERT_EQ(records.size(), 1u);
}

TEST_F(JournalTest, EveryTornEndIsCutOffAndWritingGoesOn) {
  {
    Journal journal = open(records);
    journal.append(journal::Opened{1, "boot"});
    journal.append(ended(1));
    ASSERT_TRUE(journal.flush().ok());
  }
  const std::string whole = read_file(path, 1 << 20).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_TRUE(write_file_atomic(path, whole.substr(0, size)).ok());
    Journal journal = open(records);
    EXPECT_LT(records.size(), 2u) << size;
    const std::size_t sound = records.size();
    journal.append(ended(2));
    ASSERT_TRUE(journal.flush().ok());
    open(records);
    EXPECT_EQ(records.size(), sound + 1) << size;
  }
}

TEST_F(JournalTest, AFlippedBitEndsTheReading) {
  {
    Journal journal = open(records);
    journal.append(ended(1));
    ASSERT_TRUE(journal.flush().ok());
  }
  const std::string whole = read_file(path, 1 << 20).value();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bent = whole;
    bent[at] = static_cast<char>(bent[at] ^ 0x10);
    ASSERT_TRUE(write_file_atomic(path, bent).ok());
    open(records);
    EXPECT_TRUE(records.empty()) << "byte " << at;
  }
}

TEST_F(JournalTest, RewritingKeepsOnlyWhatIsGiven) {
  Journal journal = open(records);
  for (int i = 1; i <= 100; ++i) journal.append(ended(i));
  ASSERT_TRUE(journal.flush().ok());
  ASSERT_TRUE(journal.rewrite({journal::Opened{1, "boot"}, ended(100)}).ok());
  journal.append(ended(101));
  ASSERT_TRUE(journal.flush().ok());
  open(records);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(std::get<journal::Ended>(records[2]).record.attempt, AttemptId{101});
}

}  // namespace
}  // namespace tidemill
