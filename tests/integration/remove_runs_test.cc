// Retention on a real database: what is found, what goes, and what may not.
#include "scheduler/storage/remove_runs.h"

#include <set>

#include "scheduler/storage/open.h"
#include "tests/support/storage_fixture.h"

namespace tidemill {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;
constexpr WallTime kNow{1'700'000'000'000'000};

class RemoveRuns : public StorageFixture {
 protected:
  // A run that ended, or one that has not when ended_at is 0.
  void run_that_ended(std::int64_t id, std::int64_t ended_at, const std::string& dag = "hello") {
    Batch batch = batch_of_runs({new_run(id)});
    batch.runs[0].row.dag_name = dag;
    batch.runs[0].row.state = ended_at == 0 ? RunState::running : RunState::failed;
    batch.runs[0].row.ended_at = {ended_at};
    commit(batch);
  }

  std::vector<std::int64_t> found(const RetentionRule& rule, std::size_t most = 100) {
    Database database = open_for_reading(path()).value();
    std::vector<std::int64_t> ids;
    const auto old = find_old_runs(database, rule, kNow, most);
    EXPECT_TRUE(old.ok()) << old.error().message;
    for (const OldRun& run : *old) ids.push_back(run.run.value);
    return ids;
  }

  std::vector<std::int64_t> removed(const std::vector<RunId>& runs) {
    auto operation = std::make_shared<Operation>();
    std::vector<std::int64_t> ids;
    operation->apply = [&](Database& database) -> Result<Json> {
      const std::vector<RunId> gone = TRY(remove_runs(database, runs));
      for (const RunId run : gone) ids.push_back(run.value);
      return Json();
    };
    Batch batch;
    batch.operations.push_back(operation);
    commit(batch);
    EXPECT_TRUE(operation->outcome->ok()) << operation->outcome->error().message;
    return ids;
  }

  std::int64_t count(const std::string& table, std::int64_t run) {
    Database database = open_for_reading(path()).value();
    return database
        .query_integer("SELECT count(*) FROM " + table + " WHERE run_id=" + std::to_string(run))
        .value();
  }
};

using Ids = std::vector<std::int64_t>;

TEST_F(RemoveRuns, WithoutARuleAllIsKept) {
  run_that_ended(1, 1);
  EXPECT_EQ(found({}), Ids{});
}

TEST_F(RemoveRuns, AgeCountsFromTheEndAndNeverForUnfinishedRuns) {
  run_that_ended(1, kNow.us - 3 * kDay);
  run_that_ended(2, 0);
  run_that_ended(3, kNow.us - kDay);
  RetentionRule rule;
  rule.age = std::chrono::hours(48);
  EXPECT_EQ(found(rule), Ids{1});
}

TEST_F(RemoveRuns, TheNewestOfEachDagAreKept) {
  for (std::int64_t id = 1; id <= 6; ++id) {
    run_that_ended(id, kNow.us - kDay, id % 2 == 0 ? "even" : "odd");
  }
  RetentionRule rule;
  rule.runs = 2;
  EXPECT_EQ(found(rule), (Ids{1, 2}));
}

TEST_F(RemoveRuns, UnfinishedRunsDoNotCountAmongTheNewest) {
  run_that_ended(1, kNow.us - kDay);
  run_that_ended(2, 0);
  run_that_ended(3, 0);
  RetentionRule rule;
  rule.runs = 1;
  EXPECT_EQ(found(rule), Ids{});
}

TEST_F(RemoveRuns, WhatJustEndedRests) {
  run_that_ended(1, kNow.us - 60'000'000);
  run_that_ended(2, kNow.us - 30'000'000);
  RetentionRule rule;
  rule.runs = 1;
  EXPECT_EQ(found(rule), Ids{});
  rule.rest = std::chrono::seconds(45);
  EXPECT_EQ(found(rule), Ids{1});
}

TEST_F(RemoveRuns, AtMostSoManyAtOnce) {
  for (std::int64_t id = 1; id <= 5; ++id) run_that_ended(id, kNow.us - 3 * kDay);
  RetentionRule rule;
  rule.age = std::chrono::hours(24);
  EXPECT_EQ(found(rule, 3).size(), 3u);
}

TEST_F(RemoveRuns, EverythingOfTheRunGoesAndNothingOfItsNeighbours) {
  for (const std::int64_t id : {1, 2}) end_run_with_attempt(id, 5);
  ASSERT_EQ(count("attempts", 1), 1);
  EXPECT_EQ(removed({RunId{1}}), Ids{1});
  for (const std::string_view table : tables_of_runs()) {
    EXPECT_EQ(count(std::string(table), 1), 0) << table;
  }
  EXPECT_EQ(count("runs", 2), 1);
  EXPECT_EQ(count("attempts", 2), 1);
  Database database = open_for_reading(path()).value();
  EXPECT_EQ(removed_runs(database, 10).value(), std::vector<RunId>{RunId{1}});
}

TEST_F(RemoveRuns, UnfinishedAndUnknownOnesAreLeftOut) {
  run_that_ended(1, 0);
  run_that_ended(2, 5);
  EXPECT_EQ(removed({RunId{1}, RunId{2}, RunId{3}}), Ids{2});
  EXPECT_EQ(count("runs", 1), 1);
}

// Whoever adds a table that refers to runs must say what becomes of its rows.
TEST_F(RemoveRuns, EveryTableThatRefersToRunsIsListed) {
  Database database = open_for_reading(path()).value();
  Statement rows = database
                       .prepare(
                           "SELECT DISTINCT m.name FROM sqlite_schema m, "
                           "pragma_foreign_key_list(m.name) f WHERE m.type='table' AND "
                           "f.\"table\" IN ('runs','tasks','attempts')")
                       .value();
  std::set<std::string> referring = {"runs"};
  while (rows.step().value()) referring.insert(rows.text(0));
  const auto listed = tables_of_runs();
  EXPECT_EQ(referring, std::set<std::string>(listed.begin(), listed.end()));
}

}  // namespace
}  // namespace tidemill
