// Who was heard and when, and what follows from silence. All times are of the boot clock.
//
//   heard ──3 beats──▶ unreachable: gets nothing new ──lease + margin──▶ its attempts are lost
//     ▲                     │                                               │
//     └──── any message ────┘◀──────────────── hello ───────────────────────┘
//
// I11: the worker counts its lease from when it sent what we answered, which is before we heard it,
// and has ended everything by the lease's end. So what is started elsewhere after our count of the
// same lease and a margin never runs beside its predecessor.
#include "base/text.h"
#include "scheduler/engine.h"

namespace tidemill {

void Engine::offer(const KnownWorker& worker) {
  if (worker.link && !worker.unreachable) placement_.set_worker(worker.view);
}

void Engine::on_heard(LinkId link, Now now) {
  KnownWorker* worker = workers_.find(link);
  if (worker == nullptr) return;
  worker->last_heard = std::max(worker->last_heard, now.boot);
  worker->heard_at = now.wall;
  if (!std::exchange(worker->unreachable, false)) return;
  emit(shell_effect::Note{fmt::format("worker {} is in reach again", worker->row.name)});
  offer(*worker);
  hurry(Duration{});
}

void Engine::on_heartbeat(LinkId link, const message::Heartbeat& heartbeat, Now now) {
  on_heard(link, now);
  if (workers_.find(link) == nullptr) return;  // it has not said hello
  send(link, message::Renewed{heartbeat.sequence});
  hurry(Duration{});
}

Duration Engine::longest_silence(const KnownWorker& worker) {
  const Duration three = kBeatsToMiss * kBeat;
  return worker.row.lease.count() > 0 ? std::min<Duration>(three, worker.row.lease / 2) : three;
}

std::optional<BootTime> Engine::lease_end(const KnownWorker& worker) {
  if (worker.row.lease.count() == 0) return std::nullopt;
  return worker.last_heard + worker.row.lease + kLeaseMargin;
}

bool Engine::lease_ended(const KnownWorker& worker, Now now) const {
  const auto end = lease_end(worker);
  return end && now.boot >= *end;
}

bool Engine::has_attempt_to_end(const KnownWorker& worker) const {
  if (worker.live == 0) return false;
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& entry) {
    return entry.second.worker == worker.row.id &&
           runs_.at(entry.second.run).dag->on_partition == Dag::OnPartition::kill;
  });
}

std::optional<BootTime> Engine::next_look_at(const KnownWorker& worker) const {
  if (worker.link && !worker.unreachable) return worker.last_heard + longest_silence(worker);
  const bool leased = worker.row.lease.count() > 0;
  if (!leased || (!worker.link && !has_attempt_to_end(worker))) return std::nullopt;
  return lease_end(worker);
}

void Engine::look_after_workers(Now now) {
  std::vector<WorkerId> due;
  for (const auto& [id, worker] : workers_.all()) {
    const auto look = next_look_at(worker);
    if (look && *look <= now.boot) due.push_back(id);
  }
  for (const WorkerId id : due) {
    KnownWorker& worker = *workers_.find(id);
    if (worker.link && !worker.unreachable) take_out_of_reach(worker, now);
    if (lease_ended(worker, now)) end_lease(worker, now);
    hurry(Duration{});
  }
}

void Engine::take_out_of_reach(KnownWorker& worker, Now now) {
  worker.unreachable = true;
  placement_.remove_worker(worker.row.id);
  emit(shell_effect::Note{
      fmt::format("worker {} is unreachable: not heard for {}; it gets nothing "
                  "new",
                  worker.row.name, format_duration(now.boot - worker.last_heard))});
}

void Engine::end_lease(KnownWorker& worker, Now now) {
  // What is still on its way on this connection is from before; a new one begins with an inventory.
  if (worker.link) {
    std::string why = fmt::format("the lease of worker {} has ended", worker.row.name);
    emit(shell_effect::Close{worker.link, std::move(why)});
    on_gone(worker.link);
  }
  const std::string silence = format_duration(now.boot - worker.last_heard);
  const int count = lose_attempts(
      worker,
      fmt::format("worker {} was not heard for {}, its lease has ended", worker.row.name, silence),
      false, now);
  if (count == 0) return;
  emit(
      shell_effect::Note{fmt::format("the lease of worker {} has ended after {} of silence: {} "
                                     "lost",
                                     worker.row.name, silence, plural(count, "attempt"))});
}

int Engine::lose_attempts(const KnownWorker& worker, const std::string& why, bool all, Now now) {
  std::vector<AttemptId> lost;
  for (const auto& [attempt, live] : attempts_) {
    if (live.worker != worker.row.id) continue;
    const bool goes_on = at(live.run).dag->on_partition == Dag::OnPartition::go_on;
    if (all || !goes_on) lost.push_back(attempt);
  }
  std::sort(lost.begin(), lost.end());
  Outcome outcome;
  outcome.cause = Cause::lost;
  outcome.message = why;
  outcome.ended_at = now.wall;
  for (const AttemptId attempt : lost) end_attempt(attempt, outcome, now);
  return static_cast<int>(lost.size());
}

Result<int> Engine::give_up(const std::string& name, const std::string& by,
                            const std::string& reason, Now now) {
  const KnownWorker* worker = workers_.find(name);
  if (worker == nullptr) return not_found(fmt::format("there is no worker '{}'", name));
  if (worker->link && !worker->unreachable) {
    return conflict(fmt::format("worker {} is connected; cancel or stop what it runs", name));
  }
  if (worker->row.lease.count() > 0 && !lease_ended(*worker, now)) {
    return conflict(
        fmt::format("the lease of worker {} ends in {}; what it runs may be running until then",
                    name, format_duration(*lease_end(*worker) - now.boot)));
  }
  hurry(Duration{});
  const std::string why = reason.empty() ? "" : ": " + reason;
  return lose_attempts(*worker, fmt::format("worker {} was given up by {}{}", name, by, why), true,
                       now);
}

Status Engine::drain(const std::string& name, bool draining, Now) {
  KnownWorker* worker = workers_.find(name);
  if (worker == nullptr) return not_found(fmt::format("there is no worker '{}'", name));
  worker->view.draining = draining;
  worker->row.draining = draining;
  builder_.worker_changed(worker->row);
  offer(*worker);
  hurry(Duration{});
  return Ok{};
}

}  // namespace tidemill
