// Runs as lines for people, out of the API's JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/client/api.h"
#include "cli/commands.h"

namespace tidemill::client {

// The answers of the API to what `runs` asks, newest first, at most options.limit: all pages.
Result<Json::Array> fetch_runs(Api& api, const RunsCommand& options);

// A table, or "no runs match".
void print_runs(const Json::Array& runs);

}  // namespace tidemill::client
