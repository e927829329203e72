// What opening a database accepts, refuses and leaves untouched.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/hash.h"
#include "scheduler/storage/migrate.h"
#include "scheduler/storage/open.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

constexpr WallTime kNow{1'700'000'000'000'000};

class StorageOpen : public ::testing::Test {
 protected:
  StorageOptions options() const {
    StorageOptions o;
    o.path = folder_ / "tidemill.db";
    o.boot_id = "boot-1";
    return o;
  }
  std::unique_ptr<Writer> open() {
    auto writer = Writer::open(options(), kNow);
    EXPECT_TRUE(writer.ok()) << writer.error().message;
    return std::move(writer).value();
  }
  std::string failure(const StorageOptions& o) {
    const auto writer = Writer::open(o, kNow);
    EXPECT_FALSE(writer.ok());
    return writer.ok() ? "" : writer.error().message;
  }
  static std::vector<Migration> ours() {
    return {embedded_migrations().begin(), embedded_migrations().end()};
  }
  std::string content() const { return read_file(options().path, 1u << 30).value(); }
  void overwrite(std::size_t offset, const std::string& bytes) {
    Fd fd(::open(options().path.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
  }
  void execute(const std::string& sql) {
    Database database = Database::open(options().path, OpenMode::read_write).value();
    const Status done = database.execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(StorageOpen, NewFileGetsTheSchemaAndOurName) {
  { const auto writer = open(); }
  Database database = Database::open(options().path, OpenMode::read_only).value();
  EXPECT_EQ(database.query_integer("PRAGMA application_id").value(), kApplicationId);
  EXPECT_EQ(database.query_integer("PRAGMA user_version").value(),
            static_cast<std::int64_t>(embedded_migrations().size()));
  EXPECT_EQ(database.query_text("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(database.query_text("SELECT sha256 FROM schema_migrations WHERE version=1").value(),
            sha256_hex(embedded_migrations()[0].sql));
}

TEST_F(StorageOpen, FileIsPrivate) {
  { const auto writer = open(); }
  struct stat st {};
  ASSERT_EQ(::stat(options().path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777u, 0600u);
}

TEST_F(StorageOpen, EveryStartHasAHigherEpoch) {
  EXPECT_EQ(open()->start().epoch, 1);
  EXPECT_EQ(open()->start().epoch, 2);
  EXPECT_EQ(open()->start().epoch, 3);
}

TEST_F(StorageOpen, AnOlderCopyIsRefusedAndARefusalUsesNoEpochUp) {
  EXPECT_EQ(open()->start().epoch, 1);
  StorageOptions newer = options();
  newer.least_epoch = 4;
  for (int again = 0; again < 5; ++again) {
    const auto refused = Writer::open(newer, {});
    ASSERT_FALSE(refused.ok()) << "start " << again;
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_NE(refused.error().message.find("it counts 1 starts, the worker 4"), std::string::npos)
        << refused.error().message;
  }
  EXPECT_EQ(open()->start().epoch, 2);
  newer.least_epoch = 3;
  EXPECT_TRUE(Writer::open(newer, {}).ok()) << "the same epoch is obeyed";
}

TEST_F(StorageOpen, ACleanStopAndAKillAreToldApart) {
  EXPECT_TRUE(open()->start().clean);
  auto second = open();
  EXPECT_FALSE(second->start().clean);
  ASSERT_TRUE(second->close().ok());
  second.reset();
  EXPECT_TRUE(open()->start().clean);
}

TEST_F(StorageOpen, AnotherBootIsNoticed) {
  { const auto writer = open(); }
  auto other = options();
  other.boot_id = "boot-2";
  EXPECT_FALSE(Writer::open(other, kNow).value()->start().same_boot);
  EXPECT_TRUE(Writer::open(other, kNow).value()->start().same_boot);
}

TEST_F(StorageOpen, NothingIsCommittedAfterClose) {
  const auto writer = open();
  ASSERT_TRUE(writer->close().ok());
  Batch batch;
  batch.counters = Counters{};
  EXPECT_FALSE(writer->commit(batch).ok());
}

TEST_F(StorageOpen, RefusesANewerSchemaAndLeavesItAsItIs) {
  { const auto writer = open(); }
  execute("PRAGMA user_version=99; PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = sha256_hex(content());
  const std::string message = failure(options());
  EXPECT_NE(message.find("written by a newer Tidemill (schema 99"), std::string::npos) << message;
  EXPECT_EQ(sha256_hex(content()), before);
}

TEST_F(StorageOpen, RefusesAChangedMigration) {
  { const auto writer = open(); }
  auto changed = options();
  std::vector<Migration> other = ours();
  other[0].sql = "CREATE TABLE other (x) STRICT";
  changed.migrations = other;
  const std::string message = failure(changed);
  EXPECT_NE(message.find("0001_runs was applied with another text"), std::string::npos) << message;
}

TEST_F(StorageOpen, RefusesADatabaseOfAnotherProgram) {
  execute("PRAGMA application_id=42; CREATE TABLE theirs (x)");
  EXPECT_NE(failure(options()).find("a database of another program"), std::string::npos);
  execute("INSERT INTO theirs VALUES (1)");
}

TEST_F(StorageOpen, RefusesAFileWithoutOurIdThatHoldsTables) {
  execute("CREATE TABLE theirs (x)");
  EXPECT_NE(failure(options()).find("a database of another program"), std::string::npos);
}

TEST_F(StorageOpen, AReaderRefusesAnotherProgramsFileInTheSameWords) {
  execute("PRAGMA application_id=42; CREATE TABLE theirs (x)");
  const auto refused = open_for_reading(options().path);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, failure(options()));
  EXPECT_EQ(refused.error().message.find("damaged"), std::string::npos);
}

TEST_F(StorageOpen, AReaderThatMeetsADamagedPageSaysWhereAndWhatToDo) {
  {
    const auto writer = open();
    ASSERT_TRUE(writer->close().ok());
  }
  overwrite(4096, std::string(content().size() - 4096, '\xff'));
  auto reader = RunReader::open(options().path);
  const auto runs = reader.ok() ? reader->runs("", {}, 1)
                                : Result<std::vector<RunRow>>(reader.error());
  ASSERT_FALSE(runs.ok());
  EXPECT_EQ(runs.error().code, ErrorCode::corrupt);
  for (const std::string& part :
       {"the database " + options().path + " is damaged", std::string("restore a copy")}) {
    EXPECT_NE(runs.error().message.find(part), std::string::npos) << runs.error().message;
  }
}

TEST_F(StorageOpen, RefusesWhatIsNoDatabase) {
  ASSERT_TRUE(write_file_atomic(options().path, std::string(8192, 'x')).ok());
  const std::string message = failure(options());
  EXPECT_NE(message.find("is no database"), std::string::npos) << message;
  EXPECT_EQ(message.find("damaged"), std::string::npos) << message;
  EXPECT_EQ(content(), std::string(8192, 'x'));
}

// Enough rows that most pages hold data, then a page in the middle is overwritten.
TEST_F(StorageOpen, FindsADamagedPageAfterAnUncleanStop) {
  {
    const auto writer = open();
    Batch batch;
    DagVersionRow dag;
    dag.version = 1;
    for (int i = 0; i < 50'000; ++i) dag.task_ids.push_back(fmt::format("task_{}", i));
    batch.dags.push_back(dag);
    ASSERT_TRUE(writer->commit(batch).ok());
    ASSERT_TRUE(writer->checkpoint().ok());
  }
  // The log still holds good copies of the pages.
  ASSERT_EQ(::truncate((options().path + "-wal").c_str(), 0), 0);
  const auto size = content().size();
  overwrite(size / 4096 / 2 * 4096 + 8, std::string(2000, '\xff'));
  const std::string message = failure(options());
  EXPECT_NE(message.find("restore a copy of it"), std::string::npos) << message;
}

TEST_F(StorageOpen, FindsATruncatedFile) {
  {
    const auto writer = open();
    ASSERT_TRUE(writer->checkpoint().ok());
  }
  ASSERT_EQ(::truncate((options().path + "-wal").c_str(), 0), 0);
  ASSERT_EQ(::truncate(options().path.c_str(), static_cast<off_t>(content().size() / 8192 * 4096)),
            0);
  const std::string message = failure(options());
  EXPECT_NE(message.find("is damaged"), std::string::npos) << message;
}

TEST_F(StorageOpen, NamesAFolderThatIsNotThere) {
  auto o = options();
  o.path = folder_ / "absent/tidemill.db";
  EXPECT_NE(failure(o).find("absent"), std::string::npos);
}

TEST_F(StorageOpen, LocalFileSystemsAreNotTakenForNetworkOnes) {
  EXPECT_EQ(network_file_system(options().path).value(), "");
}

TEST_F(StorageOpen, AFailedMigrationLeavesTheOldSchema) {
  { const auto writer = open(); }
  std::vector<Migration> more = ours();
  const int before = more.back().version;
  more.push_back(
      {before + 1, "bad", "CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"});
  auto o = options();
  o.migrations = more;
  const std::string message = failure(o);
  EXPECT_NE(message.find("migration bad"), std::string::npos) << message;
  Database database = Database::open(o.path, OpenMode::read_only).value();
  EXPECT_EQ(database.query_integer("PRAGMA user_version").value(), before);
  EXPECT_EQ(database.query_integer("SELECT count(*) FROM sqlite_schema WHERE name='half'").value(),
            0);
  EXPECT_EQ(open()->start().epoch, 2) << "the old build must still open it";
}

TEST_F(StorageOpen, AMigrationKeepsACopyOfWhatWasBefore) {
  { const auto writer = open(); }
  std::vector<Migration> more = ours();
  const int before = more.back().version;
  more.push_back({before + 1, "more", "CREATE TABLE more (x INTEGER) STRICT;"});
  auto o = options();
  o.migrations = more;
  const auto migrated = Writer::open(o, kNow);
  ASSERT_TRUE(migrated.ok()) << migrated.error().message;
  const std::string kept = fmt::format("{}.before-{}", o.path, before + 1);
  Database copy = Database::open(kept, OpenMode::read_only).value();
  EXPECT_EQ(copy.query_integer("PRAGMA user_version").value(), before);
  EXPECT_EQ(copy.query_integer("SELECT epoch FROM meta").value(), 1);
  EXPECT_NE(failure(options()).find("newer Tidemill"), std::string::npos)
      << "and the older build refuses the new schema";
}

// What the first schema held is there in today's, and may be changed by hand like anything else.
TEST_F(StorageOpen, RowsOfTheFirstSchemaGoOn) {
  {
    const std::vector<Migration> first = {ours().front()};
    Database database = Database::open(options().path, OpenMode::read_write).value();
    ASSERT_TRUE(migrate(database, first, kNow).ok());
  }
  execute(
      "PRAGMA foreign_keys=ON; INSERT INTO dag_versions VALUES (1,'d','h','s',1,0);"
      "INSERT INTO dag_tasks VALUES (1,0,'a');"
      "INSERT INTO runs VALUES (1,1,'d','failed','{}',0,'ann','/d','why',0,0,0,1,1,0,0,1,2,0,1,0,1,"
      "0); INSERT INTO tasks VALUES (1,0,'ready','none',0,0,0,0,0,0,0,1.0,0,0,1,0,0,0,0,'');"
      "INSERT INTO events VALUES (1,1,5,'tasks',0,NULL,'[]'),(1,2,6,'run',NULL,3,'[1]')");
  const auto writer = open();
  RunReader reader = RunReader::open(options().path).value();
  const StoredRun stored = reader.stored_run({1}).value();
  EXPECT_EQ(stored.row.state, RunState::failed);
  EXPECT_EQ(stored.row.trigger_kind, TriggerKind::manual);
  EXPECT_EQ(stored.row.reopened, 0u);
  EXPECT_EQ(stored.tasks[0].state, TaskState::ready);
  EXPECT_EQ(stored.tasks[0].on_stop, std::nullopt);
  const auto events = reader.events({1}, 0, 10).value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].at, WallTime{6});
  EXPECT_EQ(events[1].kind, "run");
  EXPECT_EQ(events[1].attempt, 3);
  EXPECT_EQ(events[1].body, "[1]");
  Batch batch;
  RunWrite reopened{false, stored.row};
  reopened.row.state = RunState::queued;
  reopened.row.reopened = 1;
  reopened.row.control_seq = 3;
  batch.runs.push_back(reopened);
  batch.events.push_back({{1}, 3, {7}, "clear", std::nullopt, std::nullopt, "{}"});
  EXPECT_TRUE(writer->commit(batch).ok());
}

TEST_F(StorageOpen, AReaderCannotWrite) {
  { const auto writer = open(); }
  Database reader = open_for_reading(options().path).value();
  EXPECT_FALSE(reader.execute("UPDATE meta SET epoch=77").ok());
  EXPECT_EQ(reader.query_integer("SELECT epoch FROM meta").value(), 1);
}

TEST_F(StorageOpen, AReaderRefusesAForeignDatabase) {
  execute("CREATE TABLE theirs (x)");
  EXPECT_FALSE(open_for_reading(options().path).ok());
}

}  // namespace
}  // namespace tidemill
