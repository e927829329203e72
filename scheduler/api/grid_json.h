// The grid as JSON text. It is written by hand: 56,000 cells as values of their own would cost more
// than reading them from the database.
#pragma once

#include <string>

#include "scheduler/api/words.h"
#include "scheduler/storage/overview_reader.h"

namespace tidemill::api {

// {"states": [..], "tasks": [..], "hooks": n, "runs": [{…, "cells": [..]}], "next": ".."}
//
// Tasks of all versions of the runs, those of the newest version first and in its order; hooks at
// the end. A cell is [] when the version of the run has no such task, [state] when the task did not
// begin, else [state, attempts, ms from the start of the run, ms that the last attempt took], with
// -1 while it has not ended. A state is a place in `states`.
std::string grid_json(const Grid& grid, WallTime now, const MaySee& may_see);

}  // namespace tidemill::api
