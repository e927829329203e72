// Reads updates of datasets and what they started, on a connection of its own that cannot write.
// One thread per reader.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/storage/dataset_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

class DatasetReader {
 public:
  static Result<DatasetReader> open(const std::string& path, const std::string& vfs = "");

  Result<std::int64_t> last_update();  // of any dataset; 0 = there is none
  Result<std::optional<DatasetUpdateRow>> newest(const std::string& dataset);
  // The newest update of the dataset after this one.
  Result<std::optional<DatasetUpdateRow>> newest_after(const std::string& dataset,
                                                       std::int64_t update);
  // By tasks of one run, rising.
  Result<std::vector<DatasetUpdateRow>> updates_of(RunId run);
  // The newest update of each dataset, by name.
  Result<std::vector<DatasetUpdateRow>> datasets();

  Result<std::vector<DatasetTriggerRow>> triggers(const std::string& dag);  // also ended ones
  // Newest first.
  Result<std::vector<DatasetStartRow>> starts(const std::string& dag, int limit);
  Result<int> start_depth(RunId run);  // 0 = no dataset started it

 private:
  explicit DatasetReader(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace tidemill
