// Rows come back as they were written, batches are all or nothing, and a reader sees whole commits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scheduler/storage/forecast_rows.h"
#include "scheduler/storage/open.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/support/storage_fixture.h"

namespace tidemill {
namespace {

class StorageRows : public StorageFixture {};

TEST_F(StorageRows, ARunComesBackAsItWasWritten) {
  RunWrite write = new_run(7);
  write.row.params = R"({"a":1})";
  write.row.seed = 0xfedcba9876543210u;
  write.row.origin = "ann";
  write.row.directory = "/dags/x";
  write.row.reason = "because \xc3\xa4";
  write.row.created_at = {1};
  write.row.scheduled_for = {2};
  write.row.interval_start = {3};
  write.row.interval_end = {4};
  write.row.reused_from = {5};
  write.row.tasks = {10, 4, 3, 2};
  commit(batch_of_runs({write}));
  const RunRow row = reader().run({7}).value();
  EXPECT_EQ(row.params, R"({"a":1})");
  EXPECT_EQ(row.seed, 0xfedcba9876543210u);
  EXPECT_EQ(row.origin, "ann");
  EXPECT_EQ(row.directory, "/dags/x");
  EXPECT_EQ(row.reason, "because \xc3\xa4");
  EXPECT_EQ(row.scheduled_for.us, 2);
  EXPECT_EQ(row.interval_start.us, 3);
  EXPECT_EQ(row.interval_end.us, 4);
  EXPECT_EQ(row.reused_from.value, 5);
  EXPECT_EQ(row.tasks.other_end, 2);
  EXPECT_EQ(row.state, RunState::queued);
}

TEST_F(StorageRows, TasksWithoutARowAreWaiting) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  batch.tasks.push_back({std::nullopt, task_row(1, 2, TaskState::ready)});
  commit(batch);
  const StoredRun run = reader().stored_run({1}).value();
  ASSERT_EQ(run.tasks.size(), 3u);
  EXPECT_EQ(run.tasks[0].state, TaskState::waiting);
  EXPECT_EQ(run.tasks[2].state, TaskState::ready);
  EXPECT_EQ(run.stored, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(run.next_seq, 1);
}

TEST_F(StorageRows, ATaskComesBackAsItWasWritten) {
  commit(batch_of_runs({new_run(1)}));
  TaskRow ready = task_row(1, 1, TaskState::ready);
  ready.ready_at = {11};
  TaskRow row = ready;
  row.state = TaskState::dispatched;
  row.cause = Cause::signal;
  row.tolerated = true;
  row.retries = 3;
  row.losses = 2;
  row.attempts = 1;
  row.exit_code = -9;
  row.memory_factor = 1.5;
  row.attempt = {99};
  row.worker = {4};
  row.granted_at = {12};
  row.started_at = {13};
  row.retry_at = {14};
  row.reason = "why";
  Batch batch;
  batch.tasks = {{std::nullopt, ready}, {TaskState::ready, row}};
  commit(batch);
  const TaskRow got = reader().stored_run({1}).value().tasks[1];
  EXPECT_EQ(got.state, TaskState::dispatched);
  EXPECT_EQ(got.cause, Cause::signal);
  EXPECT_TRUE(got.tolerated);
  EXPECT_FALSE(got.pruned);
  EXPECT_EQ(got.retries, 3);
  EXPECT_EQ(got.losses, 2);
  EXPECT_EQ(got.attempts, 1u);
  EXPECT_EQ(got.exit_code, -9);
  EXPECT_EQ(got.memory_factor, 1.5);
  EXPECT_EQ(got.attempt.value, 99);
  EXPECT_EQ(got.worker.value, 4);
  EXPECT_EQ(got.ready_at.us, 11);
  EXPECT_EQ(got.granted_at.us, 12);
  EXPECT_EQ(got.started_at.us, 13);
  EXPECT_EQ(got.retry_at.us, 14);
  EXPECT_EQ(got.reason, "why");
}

TEST_F(StorageRows, ResultsComeBackInOrderAlsoOddNumbers) {
  commit(batch_of_runs({new_run(1)}));
  auto result = std::make_shared<TaskResult>();
  result->outputs = {{"rows", "10"}, {"note", "a\nb"}};
  result->metrics = {{"loss", std::numeric_limits<double>::quiet_NaN(), "", 3, false},
                     {"acc", 0.75, "de", -1, true},
                     {"big", std::numeric_limits<double>::infinity(), "", -1, true}};
  result->checks = {{"unique", false, "warn", "id", "0", "3"}};
  result->artifacts = {{"model", "abc", 1ull << 40, true}};
  result->summary = "# Done";
  TaskRow row = task_row(1, 0, TaskState::succeeded);
  row.reused = true;
  Batch batch;
  batch.tasks.push_back({std::nullopt, row});
  batch.results.push_back({{1}, 0, 0, result});
  commit(batch);
  const StoredRun run = reader().stored_run({1}).value();
  ASSERT_EQ(run.results.size(), 1u);
  const TaskResult& got = *run.results[0].second;
  EXPECT_EQ(got.outputs, result->outputs);
  ASSERT_EQ(got.metrics.size(), 3u);
  EXPECT_TRUE(std::isnan(got.metrics[0].value));
  EXPECT_EQ(got.metrics[0].step, 3);
  EXPECT_FALSE(got.metrics[0].higher_is_better);
  EXPECT_EQ(got.metrics[1].slice, "de");
  EXPECT_TRUE(std::isinf(got.metrics[2].value));
  ASSERT_EQ(got.checks.size(), 1u);
  EXPECT_EQ(got.checks[0].column, "id");
  EXPECT_FALSE(got.checks[0].success);
  EXPECT_EQ(got.artifacts[0].bytes, 1ull << 40);
  EXPECT_TRUE(got.artifacts[0].is_directory);
  EXPECT_EQ(got.summary, "# Done");
}

TEST_F(StorageRows, ABatchIsAllOrNothing) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch = batch_of_runs({new_run(2)});
  batch.tasks.push_back({std::nullopt, task_row(2, 0, TaskState::running)});  // illegal first state
  EXPECT_FALSE(writer_->commit(batch).ok());
  EXPECT_TRUE(reader().run({1}).ok());
  EXPECT_FALSE(reader().run({2}).ok());
}

TEST_F(StorageRows, AfterAFailureNothingElseIsCommitted) {
  Batch bad;
  bad.tasks.push_back({std::nullopt, task_row(77, 0, TaskState::ready)});  // no such run
  EXPECT_FALSE(writer_->commit(bad).ok());
  const Status later = writer_->commit(batch_of_runs({new_run(1)}));
  ASSERT_FALSE(later.ok());
  EXPECT_NE(later.error().message.find("recovers at its next start"), std::string::npos);
  EXPECT_FALSE(reader().run({1}).ok());
}

TEST_F(StorageRows, AReaderKeepsItsPictureWhileTheWriterGoesOn) {
  commit(batch_of_runs({new_run(1)}));
  RunReader early = reader();
  EXPECT_EQ(early.runs("", {}, 10).value().size(), 1u);
  commit(batch_of_runs({new_run(2)}));
  ASSERT_TRUE(writer_->checkpoint().ok());
  EXPECT_EQ(early.runs("", {}, 10).value().size(), 2u);
}

TEST_F(StorageRows, RunsAreListedNewestFirstAndInPages) {
  Batch batch;
  for (int i = 1; i <= 5; ++i) batch.runs.push_back(new_run(i));
  batch.runs[1].row.dag_name = "other";
  commit(batch);
  RunReader r = reader();
  const auto first = r.runs("", {}, 2).value();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].id.value, 5);
  EXPECT_EQ(first[1].id.value, 4);
  const auto next = r.runs("", {4}, 10).value();
  ASSERT_EQ(next.size(), 3u);
  EXPECT_EQ(next[0].id.value, 3);
  const auto named = r.runs("other", {}, 10).value();
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].id.value, 2);
  EXPECT_EQ(r.newest_run("hello").value()->id.value, 5);
  EXPECT_FALSE(r.newest_run("absent").value().has_value());
}

TEST_F(StorageRows, UnfinishedRunsAreFoundOldestFirst) {
  Batch batch;
  for (int i = 1; i <= 3; ++i) batch.runs.push_back(new_run(i));
  commit(batch);
  Batch end;
  end.runs.push_back(new_run(2));
  end.runs[0].is_new = false;
  end.runs[0].row.state = RunState::succeeded;
  commit(end);
  const auto open = reader().unfinished_runs().value();
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].value, 1);
  EXPECT_EQ(open[1].value, 3);
}

TEST_F(StorageRows, DagVersionsAreFoundByNameAndContent) {
  RunReader r = reader();
  EXPECT_EQ(r.find_version("hello", "hash-1").value(), std::optional<std::int64_t>(1));
  EXPECT_EQ(r.find_version("hello", "hash-2").value(), std::nullopt);
  const DagVersionRow row = r.dag_version(1).value();
  EXPECT_EQ(row.task_ids, (std::vector<std::string>{"a", "b", "hook.exit"}));
  EXPECT_EQ(row.task_count, 2u);
  EXPECT_EQ(row.source, "version: 1\n");
  EXPECT_EQ(r.dag_version(2).error().code, ErrorCode::not_found);
}

TEST_F(StorageRows, CountersRiseAndStay) {
  Batch batch;
  batch.counters = Counters{10, 2000, 3, 4};
  commit(batch);
  writer_.reset();
  open();
  EXPECT_EQ(writer_->start().counters, (Counters{10, 2000, 3, 4}));
}

TEST_F(StorageRows, DurationsAreThoseOfTheLastEndedRuns) {
  for (int run = 1; run <= 3; ++run) {
    end_run_with_attempt(run, 1'000 * run);
  }
  Database database = open_for_reading(path()).value();
  const auto seen = task_durations(database, "hello", 2).value();
  ASSERT_EQ(seen.size(), 1u);
  std::vector<Duration> took = seen.at("a");
  std::sort(took.begin(), took.end());
  EXPECT_EQ(took, (std::vector<Duration>{Duration(2000), Duration(3000)}));
}

TEST_F(StorageRows, EventsComeBackInOrderAndInPages) {
  commit(batch_of_runs({new_run(1)}));
  Batch batch;
  for (int seq = 1; seq <= 5; ++seq) {
    batch.events.push_back({{1}, seq, {seq * 10}, "tasks", std::nullopt, std::nullopt, "[]"});
  }
  batch.events[4].kind = "late";
  batch.events[4].task = 2;
  batch.events[4].attempt = 9;
  commit(batch);
  const auto rows = reader().events({1}, 3, 10).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].seq, 4);
  EXPECT_EQ(rows[1].kind, "late");
  EXPECT_EQ(rows[1].task, std::optional<std::int64_t>(2));
  EXPECT_EQ(rows[1].attempt, std::optional<std::int64_t>(9));
  EXPECT_EQ(reader().stored_run({1}).value().next_seq, 6);
}

TEST_F(StorageRows, WorkersAreUpdatedInPlace) {
  Batch batch;
  batch.workers.push_back({{1}, "local", "boot-1", 2, R"(["gpu"])", {5}, {5}});
  commit(batch);
  batch.workers[0].boot_id = "boot-2";
  batch.workers[0].first_seen = {9};
  batch.workers[0].last_seen = {9};
  commit(batch);
  const auto rows = reader().workers().value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].boot_id, "boot-2");
  EXPECT_EQ(rows[0].first_seen.us, 5);
  EXPECT_EQ(rows[0].last_seen.us, 9);
}

}  // namespace
}  // namespace tidemill
