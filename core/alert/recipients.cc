#include "core/alert/recipients.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace tidemill {
namespace {

template <typename T, typename Name>
const T* find_named(const std::vector<T>& list, const std::string& name, Name T::*member) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const T& item) { return item.*member == name; });
  return found == list.end() ? nullptr : &*found;
}

class Gatherer {
 public:
  explicit Gatherer(const AlertPolicies& policies) : policies_(policies) {}

  void channel(const std::string& name, const std::string& person) {
    Recipient made{name, person};
    if (std::find(who_.begin(), who_.end(), made) == who_.end()) who_.push_back(std::move(made));
  }
  void user(const std::string& name) {
    const OnCallPerson* person = find_person(policies_, name);
    if (person == nullptr) return;
    for (const std::string& way : person->channels) channel(way, name);
  }
  std::vector<Recipient> take() { return std::move(who_); }

 private:
  const AlertPolicies& policies_;
  std::vector<Recipient> who_;
};

bool anybody_reachable(const AlertPolicies& policies, const std::vector<std::string>& users) {
  return std::any_of(users.begin(), users.end(), [&](const std::string& user) {
    return find_person(policies, user) != nullptr;
  });
}

// Rotations among the targets in which nobody can be reached now.
std::vector<std::string> empty_rotations(const AlertPolicies& policies,
                                         const std::vector<NotifyTarget>& targets, WallTime now) {
  std::vector<std::string> names;
  for (const NotifyTarget& target : targets) {
    if (target.kind != NotifyTarget::Kind::rotation) continue;
    const Rotation* rotation = find_rotation(policies, target.name);
    if (rotation == nullptr || !anybody_reachable(policies, on_call_at(*rotation, now))) {
      names.push_back(target.name);
    }
  }
  return names;
}

std::vector<Recipient> everybody(const AlertPolicies& policies,
                                 const std::vector<NotifyTarget>& targets) {
  Gatherer gatherer(policies);
  for (const NotifyTarget& target : targets) {
    const Rotation* rotation = find_rotation(policies, target.name);
    if (target.kind != NotifyTarget::Kind::rotation || rotation == nullptr) continue;
    for (const RotationLayer& layer : rotation->layers) {
      for (const auto& turn : layer.turns) {
        for (const std::string& user : turn) gatherer.user(user);
      }
    }
  }
  return gatherer.take();
}

}  // namespace

const AlertChannel* find_channel(const AlertPolicies& policies, const std::string& name) {
  return find_named(policies.channels, name, &AlertChannel::name);
}
const Rotation* find_rotation(const AlertPolicies& policies, const std::string& name) {
  return find_named(policies.rotations, name, &Rotation::name);
}
const OnCallPerson* find_person(const AlertPolicies& policies, const std::string& user) {
  return find_named(policies.people, user, &OnCallPerson::user);
}

const EscalationPolicy* find_policy(const AlertPolicies& policies, const std::string& name) {
  const auto* found = find_named(policies.policies, name, &EscalationPolicy::name);
  if (found != nullptr) return found;
  return find_named(policies.policies, policies.default_policy, &EscalationPolicy::name);
}

std::vector<Recipient> recipients(const AlertPolicies& policies,
                                  const std::vector<NotifyTarget>& targets, WallTime now) {
  Gatherer gatherer(policies);
  for (const NotifyTarget& target : targets) {
    switch (target.kind) {
      case NotifyTarget::Kind::channel:
        if (find_channel(policies, target.name) != nullptr) gatherer.channel(target.name, "");
        break;
      case NotifyTarget::Kind::user:
        gatherer.user(target.name);
        break;
      case NotifyTarget::Kind::rotation:
        if (const Rotation* rotation = find_rotation(policies, target.name)) {
          for (const std::string& user : on_call_at(*rotation, now)) gatherer.user(user);
        }
        break;
    }
  }
  return gatherer.take();
}

Reached reach(const AlertPolicies& policies, const EscalationPolicy& policy, std::uint32_t step,
              WallTime now) {
  CHECK(step < policy.steps.size());
  const auto& targets = policy.steps[step].notify;
  Reached reached{recipients(policies, targets, now), ""};
  const auto empty = empty_rotations(policies, targets, now);
  if (empty.empty()) return reached;
  const std::string nobody = fmt::format("step {} of {}: nobody is on call in {}", step + 1,
                                         policy.name, join(empty, ", "));
  if (!reached.who.empty()) {
    reached.note = nobody;
  } else if (step + 1 == policy.steps.size()) {
    reached.who = everybody(policies, targets);
    reached.note = nobody + ", so everybody in the rotation is told";
  } else {
    reached.note = nobody + ", so the next step follows at once";
  }
  return reached;
}

}  // namespace tidemill
