// Values as the API writes them: times in RFC 3339 or null, durations in whole milliseconds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "core/dag_diff.h"
#include "scheduler/storage/rows.h"

namespace tidemill::api {

Json time_or_null(WallTime time);
Json text_or_null(const std::string& text);
Json texts(const std::vector<std::string>& list);
Json number(std::uint64_t value);
// From `begin` to `end`, or to `now` when it has not ended; null when it has not begun.
Json milliseconds_between(WallTime begin, WallTime end, WallTime now);

// Every state in the order of its enumerators, for answers that give states as places in this list.
Json task_state_words();
Json run_state_words();

// Whether the reader may see the dag of this name; others are left out of sentences.
using MaySee = std::function<bool(const std::string& dag)>;

Json run_json(const RunRow& row, WallTime now, const MaySee& may_see);
// What lists, looks and events say alike; the caller adds what it knows more.
Json dag_json(const DagRow& row);
Json attempt_json(const AttemptRow& row);
Json event_json(const EventRow& row);
Json diff_json(const DagDiff& diff);
Json params_json(const std::vector<ParamDiff>& diff);

}  // namespace tidemill::api
