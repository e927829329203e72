// The end of a worker's lease: the scheduler may start elsewhere what runs here, so it must be gone
// by then, whether or not there is an agent to say so (I11).
#include <algorithm>

#include "worker/tasks.h"

namespace tidemill {

void Tasks::enforce_lease(BootTime now) {
  if (!is_leased() || now < lease_.stop_at) return;
  drop_queued_at_lease_end();
  for (auto& [id, attempt] : running_) {
    if (attempt->spawn.outlives_lease || attempt->killed) continue;
    const bool force = now >= lease_.kill_at;
    if (!force && (attempt->stopped_for || attempt->leader_gone)) continue;
    stop(*attempt, Cause::lost, "the scheduler was out of reach until the lease ended", force);
  }
}

void Tasks::drop_queued_at_lease_end() {
  std::vector<AttemptId> ended;
  queue_.for_each([&](const message::Spawn& spawn) {
    if (!spawn.outlives_lease) ended.push_back(spawn.attempt);
  });
  for (const AttemptId id : ended) {
    auto attempt = std::make_unique<Attempt>();
    attempt->spawn = *queue_.remove(id);
    on_refused(std::move(attempt), Cause::lost, "the lease ended before it started");
  }
}

std::optional<BootTime> Tasks::lease_deadline() const {
  if (!is_leased()) return std::nullopt;
  std::optional<BootTime> first;
  for (const auto& [id, attempt] : running_) {
    if (attempt->spawn.outlives_lease || attempt->killed) continue;
    const bool is_ending = attempt->stopped_for || attempt->leader_gone;
    const BootTime due = is_ending ? lease_.kill_at : lease_.stop_at;
    if (!first || due < *first) first = due;
  }
  return first;
}

}  // namespace tidemill
