// A database with a dag and one hourly schedule, and a small catalog on top of it that can be lost
// at any moment: what the scheduler does with plans, without the scheduler.
#pragma once

#include "scheduler/storage/timetable_reader.h"
#include "tests/support/storage_fixture.h"
#include "tests/support/timetable_fixture.h"

namespace tidemill {

class TimetableStorage : public StorageFixture {
 protected:
  static constexpr WallTime kStart{1'777'852'800'000'000};  // 2026-05-04T00:00:00Z

  void SetUp() override {
    StorageFixture::SetUp();
    Batch batch;
    batch.timetable.dags = {dag_row()};
    batch.timetable.schedules = {schedule_row()};
    commit(batch);
  }

  TimetableReader times() const { return TimetableReader::open(path()).value(); }

  static Schedule hourly() { return testing::cron_schedule("0 * * * *"); }
  static std::string key() { return schedule_key(hourly()); }
  static DagRow dag_row() {
    DagRow row;
    row.name = "hello";
    row.file = "hello.yaml";
    row.version = 1;
    row.first_seen = row.last_seen = row.loaded_at = kStart;
    row.schedule_hash = schedules_hash({hourly()});
    return row;
  }
  static ScheduleRow schedule_row() {
    return {"hello", key(), "0 * * * *", "UTC", true, kStart, kStart};
  }
  static WallTime hour(int n) { return kStart + std::chrono::hours(n); }

  static InstantRow instant(int n, Decision decision, std::int64_t run = 0) {
    InstantRow row;
    row.dag = "hello";
    row.schedule_key = key();
    row.instant = row.interval_end = hour(n);
    row.interval_start = hour(n - 1);
    row.decision = decision;
    row.run = {run};
    row.decided_at = hour(n);
    return row;
  }
  static Batch batch_of(InstantRow row) {
    Batch batch;
    if (row.run) batch.runs = {new_run(row.run.value)};
    batch.timetable.instants = {std::move(row)};
    return batch;
  }

  std::string refusal(const std::string& sql) {
    Database database = Database::open(path(), OpenMode::read_write).value();
    EXPECT_TRUE(database.execute("PRAGMA foreign_keys=ON").ok());
    const Status done = database.execute(sql);
    return done.ok() ? "" : done.error().message;
  }
};

}  // namespace tidemill
