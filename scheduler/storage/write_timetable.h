// The statements that write rows about time, prepared once per connection.
#pragma once

#include "scheduler/storage/sqlite.h"
#include "scheduler/storage/timetable_rows.h"

namespace tidemill {

class TimetableWriter {
 public:
  static Result<TimetableWriter> prepare(Database& database);

  // After the runs of the batch: instants and slots refer to them. A row that is not as it was last
  // written fails the batch.
  Status write(Database& database, const TimetableRows& rows);

 private:
  Status write_dag(const DagRow& row);
  Status write_schedule(const ScheduleRow& row);
  Status write_instant(Database& database, const InstantRow& row);
  Status write_block(const InstantBlockRow& row);
  Status write_decided(Database& database, const TimetableRows::DecidedUntil& row);
  Status write_backfill(const BackfillRow& row);
  Status write_new_slot(const BackfillSlotRow& row);
  Status write_slot(Database& database, const BackfillSlotRow& row);
  Status write_freeze(const FreezeRow& row);
  Status write_deadline(const DeadlineRow& row);
  Status write_idempotency(const IdempotencyRow& row);
  Status write_dag_trigger(const DagTriggerRow& row);
  Status write_dag_start(const DagStartRow& row);
  Status write_dataset_trigger(const DatasetTriggerRow& row);
  Status write_dataset_start(const DatasetStartRow& row);

  Statement dag_, schedule_, new_instant_, instant_, backfilled_, block_, decided_;
  Statement backfill_, new_slot_, slot_, freeze_, deadline_, idempotency_, dag_trigger_, dag_start_;
  Statement dataset_trigger_, dataset_start_;
};

}  // namespace tidemill
