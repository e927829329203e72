// Reads what one attempt left from the five tables that hold it.
#pragma once

#include <memory>

#include "base/id.h"
#include "core/outcome.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

class ResultReader {
 public:
  static Result<ResultReader> prepare(Database& database);
  // Null when the attempt left nothing.
  Result<std::shared_ptr<const TaskResult>> read(RunId run, TaskIndex task, std::uint32_t number);

 private:
  Statement outputs_, metrics_, checks_, artifacts_, summary_;
};

}  // namespace tidemill
