// What pictures over many runs are drawn from: grids, calendars, strips of time. On a connection of
// its own that cannot write. Costs depend on what is asked for, never on how much history there is.
// One thread per reader.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/storage/rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// A run as one mark of a picture.
struct RunMark {
  RunId run;
  RunState state = RunState::queued;
  WallTime created_at, started_at, ended_at;  // 0 = has not happened
};

// A task of a run as one cell of a grid.
struct TaskCell {
  TaskIndex task = 0;
  TaskState state = TaskState::waiting;
  std::uint32_t attempts = 0;
  WallTime started_at;  // of the last attempt; 0 = none began
  WallTime ended_at;    // 0 = it has not ended
};

struct GridRun {
  RunRow row;
  std::vector<TaskCell> cells;  // by task; a task without one is waiting
};

struct VersionTasks {
  std::int64_t version = 0;
  std::uint32_t task_count = 0;       // ordinary ones; the rest are hooks
  std::vector<std::string> task_ids;  // by TaskIndex
};

struct Grid {
  std::vector<GridRun> runs;           // newest first
  std::vector<VersionTasks> versions;  // those of the runs, newest first
  bool more = false;                   // there are older runs
};

struct VersionNote {
  std::int64_t version = 0;
  std::string content_hash;
  std::uint32_t task_count = 0;
  WallTime stored_at;
};

// Runs by state, by RunState.
using StateCounts = std::array<std::int64_t, 6>;

class OverviewReader {
 public:
  static Result<OverviewReader> open(const std::string& path, const std::string& vfs = "");

  // The newest runs of each dag, newest first, parallel to `dags`.
  Result<std::vector<std::vector<RunMark>>> last_runs(const std::vector<std::string>& dags,
                                                      int count);
  // `before` pages (0 = from the newest).
  Result<Grid> grid(const std::string& dag, RunId before, int limit);
  Result<std::vector<VersionNote>> versions(const std::string& dag, std::int64_t before,
                                            int limit);  // newest first
  // How many runs of the dag were made between each two neighbours of `moments`, which rise, by the
  // state that they are in now. Runs are found by their numbers, which rise with time; after a
  // clock was set back, those made meanwhile may count for a neighbour.
  Result<std::vector<StateCounts>> counts_between(const std::string& dag,
                                                  const std::vector<WallTime>& moments);
  // The newest runs of each dag that ended at `from` or later, or have not ended, and were made
  // before `until`; at most `limit` of each dag, newest first. Parallel to `dags`.
  Result<std::vector<std::vector<RunMark>>> runs_within(const std::vector<std::string>& dags,
                                                        WallTime from, WallTime until, int limit);

 private:
  explicit OverviewReader(Database database) : database_(std::move(database)) {}
  Result<std::vector<TaskCell>> cells(Statement& statement, RunId run);
  Result<VersionTasks> version_tasks(std::int64_t version);
  // The first run that was made at `moment` or later, looked for from `low` on; one past the last
  // run when there is none.
  Result<std::int64_t> first_run_since(Statement& made_at, WallTime moment, std::int64_t low,
                                       std::int64_t end);

  Database database_;
};

}  // namespace tidemill
