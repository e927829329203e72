// GET /api/v1/runs/{run}/history: what happened to a run, sentence by sentence, and how it was at a
// moment.
#pragma once

#include "core/history.h"
#include "scheduler/api/context.h"

namespace tidemill::api {

inline constexpr int kEventsAtOnce = 2000;  // are read of a run

struct HistoryQuery {
  WallTime at{INT64_MAX};
  std::int64_t after = 0;  // events up to this number are not told
  int limit = 200;         // at most so many events are told
};

// Of a run as stored. `invalid` for a moment before the run was made.
Result<Json> history_json(RunReader& reader, const RunRow& row, const HistoryQuery& query);

Result<http::Response> get_history(Context& context, const http::Request& request);

}  // namespace tidemill::api
