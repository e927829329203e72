// The statements that write rows, prepared once per connection.
#pragma once

#include "scheduler/storage/rows.h"
#include "scheduler/storage/sqlite.h"
#include "scheduler/storage/write_audit.h"
#include "scheduler/storage/write_bulk_retries.h"
#include "scheduler/storage/write_timetable.h"

namespace tidemill {

class RowWriter {
 public:
  static Result<RowWriter> prepare(Database& database);

  Status write(Database& database, const Batch& batch);
  // After a batch was undone that is to be written again.
  Status undone(Database& database) { return audit_.look_again(database); }

 private:
  Status write_counters(const Counters& counters);
  Status write_dag(const DagVersionRow& row);
  Status write_worker(const WorkerRow& row);
  Status write_run(Database& database, const RunWrite& write);
  Status write_task(Database& database, const TaskWrite& write);
  Status write_attempt(const AttemptRow& row);
  Status write_result(const ResultRow& row);
  Status write_event(const EventRow& row);
  Status write_dataset_update(const DatasetUpdateRow& row);
  Status write_operation(Database& database, Operation& operation);
  Status apply(Database& database, Operation& operation);

  Statement counters_, dag_, dag_task_, worker_;
  Statement new_run_, run_, new_task_, task_, attempt_;
  Statement output_, metric_, check_, artifact_, summary_, event_, dataset_update_;
  TimetableWriter timetable_;
  BulkRetryWriter bulk_retries_;
  AuditWriter audit_;
};

}  // namespace tidemill
