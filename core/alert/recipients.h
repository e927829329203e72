// Who a step of an escalation reaches at a moment: users by their channels, rotations by the
// channels of whoever is on call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/alert/policies.h"

namespace tidemill {

struct Recipient {
  std::string channel;
  std::string person;  // a user of Tidemill; empty = the channel itself was named
  auto operator<=>(const Recipient&) const = default;
};

// Each channel with each person once, in the order of the targets. Names that are not in the file
// (an override may name anybody) reach nobody.
std::vector<Recipient> recipients(const AlertPolicies& policies,
                                  const std::vector<NotifyTarget>& targets, WallTime now);

struct Reached {
  std::vector<Recipient> who;  // empty: the next step follows at once
  std::string note;            // for the timeline when a rotation had nobody; a sentence
};

// The same for a step of a policy. A last step is never silent: when nobody is on call, everybody
// in its rotations is told. `step` is in the policy.
Reached reach(const AlertPolicies& policies, const EscalationPolicy& policy, std::uint32_t step,
              WallTime now);

// The policy of that name, else the default one; nullptr when there is neither.
const EscalationPolicy* find_policy(const AlertPolicies& policies, const std::string& name);

const AlertChannel* find_channel(const AlertPolicies& policies, const std::string& name);
const Rotation* find_rotation(const AlertPolicies& policies, const std::string& name);
const OnCallPerson* find_person(const AlertPolicies& policies, const std::string& user);

}  // namespace tidemill
