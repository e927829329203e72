// The audit log: an entry for every change in the transaction of the change, a chain that shows
// every hand that touched it, and a copy of its end outside the database.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scheduler/storage/open.h"
#include "scheduler/storage/read_audit.h"
#include "tests/support/people_fixture.h"

namespace tidemill {
namespace {

class AuditLog : public PeopleFixture {
 protected:
  std::shared_ptr<Operation> operation(const std::string& action,
                                       std::function<Result<Json>(Database&)> apply) {
    auto made = std::make_shared<Operation>();
    made->apply = std::move(apply);
    AuditEntry entry;
    entry.at = now_;
    entry.who = "ann";
    entry.via = "session";
    entry.address = "10.0.0.9";
    entry.request = "r-1";
    entry.action = action;
    entry.object = "user bob";
    entry.detail = "{}";
    made->audit = entry;
    return made;
  }
  static Result<Json> nothing(Database&) { return Json(); }

  void write_entries(int count) {
    Batch batch;
    for (int i = 0; i < count; ++i) {
      batch.operations.push_back(operation(fmt::format("test.{}", i), nothing));
    }
    ASSERT_TRUE(writer_->commit(batch).ok());
  }
  std::vector<AuditRow> rows() {
    return read([](Database& d) { return read_audit(d, {}); }).value();
  }
  AuditVerdict verify() {
    return read([](Database& d) { return audit_verify(d); }).value();
  }
  AuditHead head() {
    return read([](Database& d) { return read_audit_head(d); }).value();
  }
  std::string compare(const AuditHead& file) {
    return read([&](Database& d) { return compare_audit_head(d, file); }).value();
  }

  // As somebody with the file and a shell would.
  void tamper(const std::string& sql) {
    close();
    auto raw = Database::open(path(), OpenMode::read_write).value();
    const Status done = raw.execute(
        "DROP TRIGGER audit_fixed; DROP TRIGGER audit_stays; DROP TRIGGER audit_next;"
        "DROP TRIGGER audit_grows; DROP TRIGGER audit_head_rises; DROP TRIGGER audit_head_stays;" +
        sql);
    ASSERT_TRUE(done.ok()) << done.error().message;
    readers_ = std::make_unique<Readers>(path());
  }
  void expect_broken(std::int64_t seq, const std::string& sql) {
    tamper(sql);
    const AuditVerdict verdict = verify();
    EXPECT_EQ(verdict.first_broken, seq) << sql << ": " << verdict.what;
    EXPECT_EQ(verdict.rows, seq - 1);
  }
};

TEST_F(AuditLog, AnEntryComesBackAsItWasWritten) {
  auto done = operation("user.create", nothing);
  done->audit->dag = "etl";
  done->audit->detail = R"({"role":"admin"})";
  Batch batch;
  batch.operations.push_back(done);
  ASSERT_TRUE(writer_->commit(batch).ok());
  const auto found = rows();
  ASSERT_EQ(found.size(), 1u);
  const AuditRow& row = found[0];
  EXPECT_EQ(row.seq, 1);
  EXPECT_EQ(row.entry.at, now_);
  EXPECT_EQ(row.entry.who, "ann");
  EXPECT_EQ(row.entry.via, "session");
  EXPECT_EQ(row.entry.address, "10.0.0.9");
  EXPECT_EQ(row.entry.request, "r-1");
  EXPECT_EQ(row.entry.action, "user.create");
  EXPECT_EQ(row.entry.object, "user bob");
  EXPECT_EQ(row.entry.dag, "etl");
  EXPECT_EQ(row.entry.detail, R"({"role":"admin"})");
  EXPECT_EQ(row.outcome, "ok");
  EXPECT_EQ(row.message, "");
  EXPECT_TRUE(verify().whole());
}

TEST_F(AuditLog, ARefusedChangeIsUndoneButItsEntryStaysAndTheBatchGoesOn) {
  const auto insert = [](const std::string& name) {
    return [name](Database& database) -> Result<Json> {
      UserRow row;
      row.name = name;
      TRY(insert_user(database, row));
      return Json();
    };
  };
  const auto insert_and_refuse = [&](const std::string& name, Error error) {
    return [insert = insert(name), error](Database& database) -> Result<Json> {
      TRY(insert(database));
      return error;
    };
  };
  auto forbidden = operation("e", insert_and_refuse("e", conflict("you may not")));
  forbidden->audit->refused = "forbidden";
  Batch batch;
  batch.operations = {operation("a", insert("a")),
                      operation("b", insert_and_refuse("b", conflict("the last one"))),
                      operation("c", insert_and_refuse("c", not_found("no such"))),
                      operation("d", insert("a")),  // the database itself says no
                      forbidden,
                      operation("f", insert("f"))};
  ASSERT_TRUE(writer_->commit(batch).ok());
  for (const char* name : {"b", "c", "e"}) EXPECT_FALSE(user(name)) << name;
  for (const char* name : {"a", "f"}) EXPECT_TRUE(user(name)) << name;
  std::string outcomes;
  auto found = rows();
  std::reverse(found.begin(), found.end());
  for (const AuditRow& row : found) outcomes += row.entry.action + ":" + row.outcome + " ";
  EXPECT_EQ(outcomes, "a:ok b:conflict c:not_found d:conflict e:forbidden f:ok ");
  EXPECT_EQ(found[1].message, "the last one");
  EXPECT_TRUE(verify().whole());
}

TEST_F(AuditLog, WhatTheDiskDidSinksTheWholeBatchWithItsEntries) {
  Batch batch;
  batch.operations = {operation("a", nothing), operation("b", [](Database&) -> Result<Json> {
                        return unavailable("the disk is gone");
                      })};
  EXPECT_FALSE(writer_->commit(batch).ok());
  EXPECT_TRUE(rows().empty());
}

TEST_F(AuditLog, AnOperationDecidedEarlierHasItsEntryToo) {
  auto decided = operation("run.cancel", nullptr);
  decided->outcome = Result<Json>(conflict("the run has ended"));
  Batch batch;
  batch.operations.push_back(decided);
  ASSERT_TRUE(writer_->commit(batch).ok());
  EXPECT_EQ(rows().at(0).outcome, "conflict");
}

TEST_F(AuditLog, NumbersHaveNoGapsAcrossRestarts) {
  write_entries(3);
  close();
  open();
  write_entries(3);
  const AuditVerdict verdict = verify();
  EXPECT_TRUE(verdict.whole()) << verdict.what;
  EXPECT_EQ(verdict.rows, 6);
  EXPECT_EQ(verdict.head, head());
  EXPECT_EQ(verdict.head.seq, 6);
}

TEST_F(AuditLog, TheDatabaseItselfRefusesChanges) {
  write_entries(3);
  close();
  auto raw = Database::open(path(), OpenMode::read_write).value();
  for (const char* sql :
       {"UPDATE audit SET who = 'bob' WHERE seq = 2", "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit", "DELETE FROM audit_head", "UPDATE audit_head SET seq = 1",
        "INSERT INTO audit SELECT 5, at_us, who, via, address, request, action, object, dag,"
        " detail, outcome, message, prev_hash, hash FROM audit WHERE seq = 3",
        "INSERT INTO audit SELECT 4, at_us, who, via, address, request, action, object, dag,"
        " detail, outcome, message, prev_hash, hash FROM audit WHERE seq = 3"}) {
    EXPECT_FALSE(raw.execute(sql).ok()) << sql;
  }
}

TEST_F(AuditLog, EveryFlippedFieldIsNamed) {
  write_entries(5);
  for (const char* column : {"who", "via", "address", "request", "action", "object", "dag",
                             "detail", "outcome", "message", "prev_hash"}) {
    expect_broken(3, fmt::format("UPDATE audit SET {0} = {0} || 'x' WHERE seq = 3", column));
    close();
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    open();
    write_entries(5);
  }
  expect_broken(3, "UPDATE audit SET at_us = at_us + 1 WHERE seq = 3");
}

TEST_F(AuditLog, AMovedByteBetweenFieldsIsNamed) {
  write_entries(5);
  expect_broken(2, "UPDATE audit SET who = 'anns', via = 'ession' WHERE seq = 2");
}

TEST_F(AuditLog, AChangedHashIsNamed) {
  write_entries(5);
  expect_broken(4, "UPDATE audit SET hash = upper(hash) WHERE seq = 4");
}

TEST_F(AuditLog, ADeletedRowIsNamed) {
  write_entries(5);
  expect_broken(3, "DELETE FROM audit WHERE seq = 3");
}

TEST_F(AuditLog, ADeletedFirstOrLastRowIsNamed) {
  write_entries(5);
  expect_broken(5, "DELETE FROM audit WHERE seq = 5");
}

TEST_F(AuditLog, AnEmptiedLogIsNamed) {
  write_entries(5);
  expect_broken(1, "DELETE FROM audit");
}

TEST_F(AuditLog, ReorderedRowsAreNamed) {
  write_entries(5);
  expect_broken(2,
                "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 4;"
                "UPDATE audit SET seq = 4 WHERE seq = 99");
}

TEST_F(AuditLog, ARowAddedBehindTheEndIsNamed) {
  write_entries(2);
  tamper(
      "INSERT INTO audit SELECT 3, at_us, who, via, address, request, action, object, dag, detail,"
      " outcome, message, hash, hash FROM audit WHERE seq = 2");
  EXPECT_EQ(verify().first_broken, 3);
}

TEST_F(AuditLog, ALongLogIsReadInPages) {
  write_entries(2500);
  const AuditVerdict verdict = verify();
  EXPECT_TRUE(verdict.whole()) << verdict.what;
  EXPECT_EQ(verdict.rows, 2500);
  expect_broken(2300, "UPDATE audit SET who = 'bob' WHERE seq = 2300");
}

TEST_F(AuditLog, PagesAndFiltersFindWhatTheySay) {
  write_entries(10);
  AuditFilter filter;
  filter.limit = 3;
  filter.before = 6;
  const auto page = read([&](Database& d) { return read_audit(d, filter); }).value();
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page.front().seq, 5);
  filter = {};
  filter.action = "test.4";
  EXPECT_EQ(read([&](Database& d) { return read_audit(d, filter); }).value().size(), 1u);
  filter.who = "bob";
  EXPECT_EQ(read([&](Database& d) { return read_audit(d, filter); }).value().size(), 0u);
  filter = {};
  filter.dag = "";
  EXPECT_EQ(read([&](Database& d) { return read_audit(d, filter); }).value().size(), 10u);
  filter.dag = "etl";
  EXPECT_EQ(read([&](Database& d) { return read_audit(d, filter); }).value().size(), 0u);
}

TEST_F(AuditLog, TheHeadFileShowsAnOlderDatabase) {
  const std::string file = folder_ / "audit.head";
  EXPECT_EQ(read_audit_head_file(file).value(), AuditHead{});
  EXPECT_EQ(compare(AuditHead{}), "");
  write_entries(3);
  const AuditHead three = head();
  ASSERT_TRUE(write_audit_head(file, three).ok());
  EXPECT_EQ(read_audit_head_file(file).value(), three);
  EXPECT_EQ(compare(three), "");
  // The file is written after the commit, so it may be behind.
  write_entries(2);
  EXPECT_EQ(compare(three), "");
  EXPECT_NE(compare({9, std::string(64, 'a')}).find("older copy"), std::string::npos);
  EXPECT_NE(compare({3, std::string(64, 'a')}).find("entry 3"), std::string::npos);
}

// Fault F21: the write-ahead log is removed while the scheduler is down.
TEST_F(AuditLog, TheHeadFileShowsALostWriteAheadLog) {
  write_entries(3);
  ASSERT_TRUE(writer_->checkpoint().ok());
  write_entries(3);
  const AuditHead six = head();
  close();
  std::filesystem::remove(path() + "-wal");
  std::filesystem::remove(path() + "-shm");
  open();
  EXPECT_TRUE(verify().whole());
  EXPECT_NE(compare(six).find("had 6 entries and has 3"), std::string::npos);
}

TEST_F(AuditLog, AHeadFileThatIsNoneIsRefused) {
  const std::string file = folder_ / "audit.head";
  for (const std::string& content :
       {std::string(), std::string("3\n"), std::string("x " + std::string(64, 'a')),
        std::string("-1 " + std::string(64, 'a')), std::string("3 abc"),
        std::string("3 " + std::string(64, 'a') + " more")}) {
    std::ofstream(file) << content;
    EXPECT_FALSE(read_audit_head_file(file).ok()) << content;
  }
}

}  // namespace
}  // namespace tidemill
