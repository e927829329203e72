// Storage on a disk that loses power, fills up and fails: what was committed is there, what was not
// is not, and nothing goes on after an error.
#include <gtest/gtest.h>

#include "scheduler/storage/memory_disk.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"

namespace tidemill {
namespace {

struct Story {  // commits runs 1, 2, 3 … until something fails
  std::int64_t committed = 0;
  std::string error;
};

class StorageDisk : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Writer>> open(std::function<bool()> make_room = nullptr) {
    StorageOptions options;
    options.path = "tidemill.db";
    options.boot_id = "boot";
    options.vfs = disk_->vfs();
    options.make_room = std::move(make_room);
    return Writer::open(options, {1});
  }

  // A change that is audited, beside the run.
  static Batch audited_batch(std::int64_t id) {
    Batch batch = run_batch(id);
    auto operation = std::make_shared<Operation>();
    operation->outcome = Result<Json>(Json());
    operation->audit = AuditEntry{{id},       "ann", "local", "",   "",
                                  "run.mark", "run", "hello", "{}", ""};
    batch.operations.push_back(operation);
    return batch;
  }

  static Batch run_batch(std::int64_t id) {
    Batch batch;
    if (id == 1) batch.dags.push_back({1, "hello", "hash", "version: 1\n", 1, {"a"}, {1}});
    RunWrite run;
    run.is_new = true;
    run.row.id = {id};
    run.row.version = 1;
    run.row.dag_name = "hello";
    run.row.params = std::string(200, 'x');
    batch.runs.push_back(run);
    return batch;
  }

  Story tell(int runs) {
    Story story;
    auto writer = open();
    if (!writer.ok()) {
      story.error = writer.error().message;
      return story;
    }
    for (std::int64_t id = 1; id <= runs; ++id) {
      const Status done = (*writer)->commit(run_batch(id));
      if (!done.ok()) {
        story.error = done.error().message;
        EXPECT_FALSE((*writer)->commit(run_batch(id + 1)).ok()) << "a broken writer stays broken";
        return story;
      }
      story.committed = id;
      if (id == runs / 2) {
        const Status moved = (*writer)->checkpoint();
        if (!moved.ok()) {
          story.error = moved.error().message;
          return story;
        }
      }
    }
    return story;
  }

  std::int64_t stored_runs() {
    auto writer = open();  // recovers
    EXPECT_TRUE(writer.ok()) << writer.error().message;
    if (!writer.ok()) return -1;
    Database database = Database::open("tidemill.db", OpenMode::read_write, disk_->vfs()).value();
    EXPECT_EQ(database.query_text("PRAGMA integrity_check").value(), "ok");
    return static_cast<std::int64_t>(
        RunReader::open("tidemill.db", disk_->vfs()).value().runs("", {}, 1000).value().size());
  }

  void fresh_disk() { disk_ = std::make_unique<MemoryDisk>(); }
  std::unique_ptr<MemoryDisk> disk_ = std::make_unique<MemoryDisk>();
};

TEST_F(StorageDisk, WhatWasCommittedSurvivesAPowerCut) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    fresh_disk();
    const Story story = tell(8);
    ASSERT_EQ(story.error, "");
    disk_->lose_power(seed);
    EXPECT_EQ(stored_runs(), 8) << "seed " << seed;
  }
}

TEST_F(StorageDisk, EveryWriteMayFailAndThenThePowerGoes) {
  const Story whole = tell(6);
  ASSERT_EQ(whole.error, "");
  const std::int64_t operations = disk_->operations();
  ASSERT_GT(operations, 40);
  for (const auto failure : {MemoryDisk::Failure::io_error, MemoryDisk::Failure::full}) {
    for (std::int64_t n = 1; n <= operations; ++n) {
      fresh_disk();
      disk_->fail_after(n, failure);
      const Story story = tell(6);
      ASSERT_NE(story.error, "") << "operation " << n;
      disk_->lose_power(static_cast<std::uint64_t>(n));
      const std::int64_t found = stored_runs();
      EXPECT_GE(found, story.committed) << "operation " << n;
      EXPECT_LE(found, story.committed + 1) << "operation " << n;
    }
  }
}

TEST_F(StorageDisk, AFullDiskSaysWhatToDo) {
  auto writer = open().value();
  disk_->fail_after(1, MemoryDisk::Failure::full);
  const Status done = writer->commit(run_batch(1));
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("free some space and start again"), std::string::npos)
      << done.error().message;
}

TEST_F(StorageDisk, AWriteThatReachesTheCallerIsSynced) {
  auto writer = open().value();
  const auto before = disk_->syncs();
  ASSERT_TRUE(writer->commit(run_batch(1)).ok());
  EXPECT_GT(disk_->syncs(), before);
}

// Wherever in the transaction the disk is full: room is made once, and the commit is whole.
TEST_F(StorageDisk, ACommitIsTriedAgainWhereRoomCouldBeMade) {
  for (std::int64_t moment = 1; moment < 40; ++moment) {
    disk_ = std::make_unique<MemoryDisk>();
    int asked = 0;
    auto writer = open([&] {
                    disk_->fail_after(0, MemoryDisk::Failure::none);
                    return ++asked == 1;
                  }).value();
    ASSERT_TRUE(writer->commit(audited_batch(1)).ok());
    disk_->fail_after(moment, MemoryDisk::Failure::full);
    const Status done = writer->commit(audited_batch(2));
    ASSERT_TRUE(done.ok()) << moment << ": " << done.error().message;
    disk_->fail_after(0, MemoryDisk::Failure::none);
    ASSERT_TRUE(writer->commit(audited_batch(3)).ok()) << moment;
    Database reader = open_for_reading("tidemill.db", disk_->vfs()).value();
    EXPECT_EQ(reader.query_integer("SELECT count(*) FROM runs").value(), 3) << moment;
    EXPECT_EQ(reader.query_integer("SELECT max(seq) FROM audit").value(), 3) << moment;
    if (asked == 0) return;  // all moments of a commit were tried
  }
  FAIL() << "a commit has more writes than were tried";
}

TEST_F(StorageDisk, WithoutRoomAFullDiskBreaksTheWriter) {
  auto writer = open([] { return false; }).value();
  ASSERT_TRUE(writer->commit(run_batch(1)).ok());
  disk_->fail_after(1, MemoryDisk::Failure::full);
  EXPECT_FALSE(writer->commit(run_batch(2)).ok());
  disk_->fail_after(0, MemoryDisk::Failure::none);
  EXPECT_FALSE(writer->commit(run_batch(3)).ok());
}

TEST_F(StorageDisk, AFailedSyncIsNeverTriedAgain) {
  bool asked = false;
  auto writer = open([&] { return asked = true; }).value();
  ASSERT_TRUE(writer->commit(run_batch(1)).ok());
  disk_->fail_after(1, MemoryDisk::Failure::io_error);
  EXPECT_FALSE(writer->commit(run_batch(2)).ok());
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace tidemill
