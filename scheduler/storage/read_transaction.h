// Several statements that must see one state of the database.
#pragma once

#include "scheduler/storage/sqlite.h"

namespace tidemill {

class ReadTransaction {
 public:
  static Result<ReadTransaction> begin(Database& database) {
    TRY(database.execute("BEGIN"));
    return ReadTransaction(database);
  }
  ReadTransaction(ReadTransaction&& other) noexcept : database_(other.database_) {
    other.database_ = nullptr;
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ~ReadTransaction() {
    // Ending a read changes nothing, so a failure here loses nothing.
    if (database_ != nullptr) (void)database_->execute("COMMIT").ok();
  }

 private:
  explicit ReadTransaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace tidemill
