// A real database in a temporary folder with one dag version of three tasks: a, b and hook.exit.
#pragma once

#include <gtest/gtest.h>

#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {

class StorageFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    open();
    Batch batch;
    batch.dags.push_back({1, "hello", "hash-1", "version: 1\n", 2, {"a", "b", "hook.exit"}, {1}});
    commit(batch);
  }

  void open() {
    StorageOptions options;
    options.path = path();
    options.boot_id = "boot-1";
    auto writer = Writer::open(options, {1'700'000'000'000'000});
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    writer_ = std::move(writer).value();
  }
  std::string path() const { return folder_ / "tidemill.db"; }
  RunReader reader() const { return RunReader::open(path()).value(); }

  void commit(const Batch& batch) {
    const Status done = writer_->commit(batch);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  static RunWrite new_run(std::int64_t id) {
    RunWrite write;
    write.is_new = true;
    write.row.id = {id};
    write.row.version = 1;
    write.row.dag_name = "hello";
    write.row.created_at = {id};
    return write;
  }
  static Batch batch_of_runs(std::vector<RunWrite> runs) {
    Batch batch;
    batch.runs = std::move(runs);
    return batch;
  }
  static TaskRow task_row(std::int64_t run, TaskIndex task, TaskState state) {
    TaskRow row;
    row.run = {run};
    row.task = task;
    row.state = state;
    return row;
  }
  static TaskRow live_row(std::int64_t run, TaskIndex task, TaskState state, std::int64_t attempt) {
    TaskRow row = task_row(run, task, state);
    row.attempt = {attempt};
    row.worker = {1};
    row.attempts = 1;
    row.granted_at = {1};
    return row;
  }
  static AttemptRow attempt_row(std::int64_t run, TaskIndex task, std::int64_t attempt) {
    AttemptRow row;
    row.run = {run};
    row.task = task;
    row.number = 1;
    row.attempt = {attempt};
    row.worker = {1};
    return row;
  }

  // A run that succeeded by one attempt of task a that took `duration_us`.
  void end_run_with_attempt(std::int64_t id, std::int64_t duration_us) {
    Batch batch = batch_of_runs({new_run(id)});
    batch.runs.push_back(batch.runs[0]);
    batch.runs[1].is_new = false;
    batch.runs[1].row.state = RunState::succeeded;
    batch.runs[1].row.ended_at = {5};
    batch.tasks.push_back({std::nullopt, task_row(id, 0, TaskState::ready)});
    batch.tasks.push_back({TaskState::ready, live_row(id, 0, TaskState::dispatched, id)});
    batch.tasks.push_back({TaskState::dispatched, live_row(id, 0, TaskState::succeeded, id)});
    AttemptRow attempt = attempt_row(id, 0, id);
    attempt.started_at = {100};
    attempt.ended_at = {100 + duration_us};
    batch.attempts.push_back(attempt);
    commit(batch);
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace tidemill
