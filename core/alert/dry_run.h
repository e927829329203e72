// Whom a policy would call when, had something gone wrong at some moment and nobody taken it.
#pragma once

#include <string>
#include <vector>

#include "core/alert/recipients.h"

namespace tidemill {

struct PolicyCall {
  WallTime at;
  std::uint32_t step = 0, round = 0;  // of the policy, from 0
  std::vector<Recipient> who;
  std::string note;  // why it reaches others than the step says, or nobody; may be empty
};

// In order of time, up to the end of the policy. `policy` is one of `policies`.
std::vector<PolicyCall> who_is_called(const AlertPolicies& policies, const EscalationPolicy& policy,
                                      AlertSeverity severity, WallTime start);

// A line for each call: how long after the start, the local time in the policy's zone, who.
std::string calls_text(const EscalationPolicy& policy, AlertSeverity severity, WallTime start,
                       const std::vector<PolicyCall>& calls);

}  // namespace tidemill
