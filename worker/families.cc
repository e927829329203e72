#include "worker/families.h"

#include <fmt/format.h>

namespace tidemill {

void Families::add(AttemptId attempt, pid_t leader) {
  leaders_[leader] = attempt;
  attempts_[attempt] = leader;
}

void Families::remove(AttemptId attempt) {
  attempts_.erase(attempt);
  if (orphans_.empty()) return;
  for (auto& [pid, owner] : orphans_) {
    if (owner == attempt) owner.reset();
  }
}

std::optional<AttemptId> Families::attempt_led_by(pid_t pid) const {
  const auto found = leaders_.find(pid);
  if (found == leaders_.end()) return std::nullopt;
  return found->second;
}

void Families::leader_reaped(pid_t pid) { leaders_.erase(pid); }

std::optional<AttemptId> Families::orphan_reaped(pid_t pid) {
  const auto found = orphans_.find(pid);
  if (found == orphans_.end()) return std::nullopt;
  const auto owner = found->second;
  orphans_.erase(found);
  return owner;
}

std::optional<AttemptId> Families::find_owner(pid_t pid) const {
  if (const auto tag = tag_.read(pid)) {
    for (const auto& [attempt, leader] : attempts_) {
      if (tag_.of(attempt) == *tag) return attempt;
    }
  }
  const auto stat = read_stat(pid);
  for (const auto& [attempt, leader] : attempts_) {
    if (stat && (stat->session == leader || stat->group == leader)) return attempt;
  }
  for (const auto& [attempt, leader] : attempts_) {
    if (has_variable(pid, fmt::format("TIDEMILL_ATTEMPT_ID={}", attempt.value))) return attempt;
  }
  if (attempts_.size() == 1) return attempts_.begin()->first;
  return std::nullopt;
}

void Families::look_for_orphans() {
  for (const pid_t pid : children_.read()) {
    if (leaders_.contains(pid)) continue;
    auto& owner = orphans_[pid];
    if (!owner) owner = find_owner(pid);
  }
}

std::vector<pid_t> Families::orphans_of(AttemptId attempt) const {
  std::vector<pid_t> found;
  for (const auto& [pid, owner] : orphans_) {
    if (owner == attempt) found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> Families::strangers() const {
  if (orphans_.empty() || !attempts_.empty()) return {};
  std::vector<pid_t> found;
  for (const auto& [pid, owner] : orphans_) found.push_back(pid);
  return found;
}

std::vector<pid_t> Families::members_of(AttemptId attempt) const {
  const rlim_t wanted = tag_.of(attempt);
  std::vector<pid_t> found;
  for (const pid_t pid : list_processes()) {
    if (tag_.read(pid) == wanted) found.push_back(pid);
  }
  return found;
}

}  // namespace tidemill
