// The statements that write rows of bulk retries, prepared once per connection.
#pragma once

#include "scheduler/storage/bulk_retry_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

class BulkRetryWriter {
 public:
  static Result<BulkRetryWriter> prepare(Database& database);

  // A row that is not as it was last written fails the batch.
  Status write(Database& database, const BulkRetryRows& rows);

 private:
  Status write_retry(const BulkRetryRow& row);
  Status write_new_run(const BulkRetryRunRow& row);
  Status write_run(Database& database, const BulkRetryRunRow& row);

  Statement retry_, new_run_, run_;
};

}  // namespace tidemill
