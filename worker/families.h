// Which process belongs to which attempt. The supervisor is a subreaper, so every living descendant
// of an attempt whose first process (the leader) has ended is a child of the supervisor, or below
// one: an attempt is gone when its leader is gone and no child belongs to it.
//
// A child that is no leader is told by its tag, else by its session or group, else by the marks in
// its environment, else by elimination: when a single attempt could be its origin. One that hid all
// of its traces is left alone as long as it might belong to a living attempt.
#pragma once

#include <sys/types.h>

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "worker/process_table.h"
#include "worker/process_tag.h"

namespace tidemill {

class Families {
 public:
  explicit Families(const ProcessTag& tag) : tag_(tag) {}

  void add(AttemptId attempt, pid_t leader);
  // The attempt is over: nothing of it is left.
  void remove(AttemptId attempt);

  std::optional<AttemptId> attempt_led_by(pid_t pid) const;
  void leader_reaped(pid_t pid);
  // Whose the reaped orphan was, if known.
  std::optional<AttemptId> orphan_reaped(pid_t pid);

  // Looks who is there. Once after each round of reaping.
  void look_for_orphans();
  // Orphans, living or zombie, that belonged to the attempt at the last look.
  std::vector<pid_t> orphans_of(AttemptId attempt) const;
  // Orphans that no living attempt can have made.
  std::vector<pid_t> strangers() const;
  // All living processes of the attempt, by a walk through the whole process table.
  std::vector<pid_t> members_of(AttemptId attempt) const;

 private:
  std::optional<AttemptId> find_owner(pid_t pid) const;

  const ProcessTag& tag_;
  ChildrenList children_;
  std::unordered_map<pid_t, AttemptId> leaders_;                 // not yet reaped
  std::unordered_map<AttemptId, pid_t> attempts_;                // not yet removed
  std::unordered_map<pid_t, std::optional<AttemptId>> orphans_;  // of unknown owner: nullopt
};

}  // namespace tidemill
