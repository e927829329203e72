// Tokens of workers on other machines: one for each worker, made and revoked by administrators.
#pragma once

#include <string>

#include "scheduler/people/change.h"
#include "scheduler/people/sessions.h"
#include "scheduler/storage/worker_tokens.h"

namespace tidemill {

// The name of the worker beside the scheduler, which has no token.
inline constexpr std::string_view kLocalWorker = "local";

// [a-z0-9._-], 1 to 64, not "local".
Status check_worker_name(std::string_view name);

// Refused (`conflict`) while the worker has a good one: revoke it first.
Credential create_worker_token(const std::string& worker, const Principal& maker, WallTime now);
// Good from the commit on. `not_found` when there never was one; no change when it is revoked.
Change revoke_worker_token(const std::string& worker, WallTime now);

}  // namespace tidemill
