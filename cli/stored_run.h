// A run from the database, for the commands that look without a scheduler: read-only, so they work
// beside a running one and on the folder of a dead one.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "scheduler/live_run.h"
#include "scheduler/storage/reader.h"

namespace tidemill {

// `<data>/tidemill.db`. not_found when there is none yet.
Result<RunReader> open_reader(const std::string& data_dir);

// Does a scheduler hold this folder now? Asks the kernel's list of locks, because trying the lock
// could keep a scheduler that starts at this moment from getting it.
bool scheduler_is_running(const std::string& data_dir);

// RUN on the command line: a number, `latest`, or the name of a dag (its newest run).
Result<RunId> find_run(RunReader& reader, const std::string& text);

struct StoredView {
  StoredRun stored;
  LiveRun live;  // dag and run, with everything derived filled in
};

Result<StoredView> load_view(RunReader& reader, RunId run);

// The dag of a stored version, parsed again from its text.
Result<DagPtr> load_dag_version(RunReader& reader, std::int64_t version,
                                const std::string& directory);

}  // namespace tidemill
