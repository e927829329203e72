// Reads what the writer stored, on a connection of its own that cannot write. Each call is one
// statement or one short read transaction, so the log is never pinned. One thread per reader.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/storage/rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

class RunReader {
 public:
  static Result<RunReader> open(const std::string& path, const std::string& vfs = "");

  // Newest first; `before` pages (0 = from the newest). An empty name means every dag, no state
  // any.
  Result<std::vector<RunRow>> runs(const std::string& dag_name, RunId before, int limit,
                                   std::optional<RunState> state = std::nullopt);
  Result<RunRow> run(RunId id);
  Result<StoredRun> stored_run(RunId id);
  Result<std::vector<RunId>> unfinished_runs();  // oldest first
  // The newest run of a dag, in any state.
  Result<std::optional<RunRow>> newest_run(const std::string& dag_name);

  Result<DagVersionRow> dag_version(std::int64_t version);
  Result<std::optional<std::int64_t>> find_version(const std::string& name,
                                                   const std::string& content_hash);
  Result<std::vector<AttemptRow>> attempts(RunId run);  // that ended, by task, number
  Result<std::vector<AttemptRow>> attempts(RunId run, TaskIndex task);
  Result<std::shared_ptr<const TaskResult>> result(RunId run, TaskIndex task, std::uint32_t number);
  Result<std::vector<EventRow>> events(RunId run, std::int64_t after_seq, int limit);
  Result<std::vector<WorkerRow>> workers();

 private:
  explicit RunReader(Database database) : database_(std::move(database)) {}
  Result<std::int64_t> task_total(std::int64_t version);
  Result<std::vector<TaskRow>> task_rows(RunId run);
  Result<std::vector<std::pair<TaskIndex, std::shared_ptr<const TaskResult>>>> results(
      const std::vector<TaskRow>& tasks);

  Database database_;
};

}  // namespace tidemill
