// What a retry of many runs would do: the runs that match, each with the tasks that would run
// again. The same list is stored when it is confirmed.
#pragma once

#include <string>
#include <vector>

#include "scheduler/api/context.h"
#include "scheduler/storage/bulk_retry_reader.h"

namespace tidemill::api {

struct BulkRetryWish {
  UnwellFilter filter;
  Json where = Json(Json::Object());  // the filter as it was asked for
  BulkRetryRule rule;
  std::string reason;
  std::string preview;  // token of the list that was looked at
  bool dry_run = false;
};

// Refuses a filter that names nothing, members that are not known, and words that are none.
Result<BulkRetryWish> read_bulk_retry(const http::Request& request);

struct BulkRetryPlan {
  std::vector<BulkRetryRunRow> runs;  // in the order in which they are retried
  Json::Array shown;                  // the same, for people
  Json::Array skipped;                // match, and cannot be retried: with the reason
  std::int64_t not_allowed = 0;       // match, and the sender may only look at them
  std::string token;                  // the same for the same list under the same rule
};

Result<BulkRetryPlan> plan_bulk_retry(Context& context, const http::Request& request,
                                      const BulkRetryWish& wish);

}  // namespace tidemill::api
