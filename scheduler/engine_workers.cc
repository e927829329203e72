// What workers say: hello with an inventory, starts and ends.
#include "base/json.h"
#include "scheduler/engine.h"
#include "scheduler/start_message.h"

namespace tidemill {
namespace {

Outcome lost(const std::string& message, WallTime at) {
  Outcome outcome;
  outcome.cause = Cause::lost;
  outcome.message = message;
  outcome.ended_at = at;
  return outcome;
}

Outcome never_began(Cause why, Now now) {
  Outcome outcome;
  outcome.cause = why;
  outcome.message = fmt::format("{} before it started", to_word(why));
  outcome.ended_at = now.wall;
  return outcome;
}

std::string labels_json(const std::vector<std::string>& labels) {
  Json::Array array;
  for (const std::string& label : labels) array.emplace_back(label);
  return Json(std::move(array)).dump();
}

}  // namespace

void Engine::send(LinkId link, Message message) {
  emit(shell_effect::Send{link, std::move(message)});
}

void Engine::send_stop(AttemptId attempt, Cause why, bool force) {
  const auto found = attempts_.find(attempt);
  CHECK(found != attempts_.end());
  const KnownWorker* worker = workers_.find(found->second.worker);
  if (worker == nullptr || !worker->link) return;  // sent again when it is back
  send(worker->link, message::Stop{attempt, why, force});
}

void Engine::acknowledge(LinkId link, AttemptId attempt) {
  if (link) acknowledged_[link].push_back(attempt);
}

KnownWorker* Engine::admit_worker(LinkId link, const message::Hello& hello, Now now) {
  if (hello.version != message::kProtocolVersion) {
    std::string why = fmt::format("worker {} speaks protocol version {}, this scheduler {}",
                                  hello.worker, hello.version, message::kProtocolVersion);
    emit(shell_effect::Close{link, std::move(why), true});
    return nullptr;
  }
  KnownWorker* worker = workers_.find(hello.worker);
  if (worker != nullptr && worker->link && worker->unreachable) {
    // The old connection is dead, only nobody has told us.
    std::string why = fmt::format("worker {} came back on another one", hello.worker);
    emit(shell_effect::Close{worker->link, std::move(why)});
    on_gone(worker->link);
  }
  if (worker != nullptr && worker->link) {
    emit(shell_effect::Close{
        link, fmt::format("another worker named {} is connected", hello.worker), true});
    return nullptr;
  }
  if (worker != nullptr) return worker;
  const WorkerId id{counters_.next_worker++};
  use_counters();
  return &workers_.add(id, hello.worker, now.wall);
}

void Engine::on_hello(LinkId link, const message::Hello& hello, Now now, Duration lease) {
  hurry(Duration{});
  KnownWorker* worker = admit_worker(link, hello, now);
  if (worker == nullptr) return;
  const bool rebooted = !worker->row.boot_id.empty() && worker->row.boot_id != hello.boot_id;
  workers_.connect(*worker, link);
  worker->row.boot_id = hello.boot_id;
  worker->row.slots = hello.slots;
  worker->row.labels = labels_json(hello.labels);
  worker->row.last_seen = now.wall;
  worker->row.lease = lease;
  worker->build = hello.build;
  worker->last_heard = now.boot;
  worker->heard_at = now.wall;
  worker->unreachable = false;
  builder_.worker_changed(worker->row);
  worker->view.slots = hello.slots;
  worker->view.labels = hello.labels;
  std::sort(worker->view.labels.begin(), worker->view.labels.end());
  worker->view.capacity = hello.capacity;
  worker->view.queue_ahead = grants_ahead(hello.slots, worker->mean_task_us);
  send(link, message::Welcome{message::kProtocolVersion, epoch_, 0, lease});
  compare_inventory(*worker, hello, rebooted, now);
  offer(*worker);
}

void Engine::compare_inventory(KnownWorker& worker, const message::Hello& hello, bool rebooted,
                               Now now) {
  std::set<AttemptId> listed;
  for (const message::KnownAttempt& known : hello.attempts) {
    // After a reboot only records of ends mean anything: no process is left.
    if (rebooted && known.stage != message::KnownAttempt::Stage::ended) continue;
    listed.insert(known.attempt);
    settle_known(worker, known, now);
  }
  std::vector<AttemptId> absent;
  for (const auto& [attempt, live] : attempts_) {
    if (live.worker == worker.row.id && !listed.contains(attempt)) absent.push_back(attempt);
  }
  std::sort(absent.begin(), absent.end());
  for (const AttemptId attempt : absent) settle_unknown(worker, attempt, rebooted, now);
  resend_stops(worker);
}

// The worker holds it. What it says about it afterwards is handled as always.
void Engine::settle_known(const KnownWorker& worker, const message::KnownAttempt& known, Now now) {
  using Stage = message::KnownAttempt::Stage;
  const auto found = attempts_.find(known.attempt);
  const bool ours = found != attempts_.end() && found->second.worker == worker.row.id;
  if (!ours) {
    // An orphan: given up, or granted by a history that this database does not hold.
    if (known.stage != Stage::ended) {
      send(worker.link, message::Stop{known.attempt, Cause::cancelled, true});
    }
    return;
  }
  LiveRun& live = at(found->second.run);
  const TaskIndex task = found->second.task;
  if (known.stage == Stage::running && live.run.tasks[task].state == TaskState::dispatched) {
    // Its Started was lost with the connection; the end will bring the true time.
    apply(live, event::Started{task, known.attempt, now.wall}, now);
  }
}

// The worker does not hold it: it was never started there, or the host that ran it is gone.
void Engine::settle_unknown(const KnownWorker& worker, AttemptId attempt, bool rebooted, Now now) {
  const LiveAttempt& live = attempts_.at(attempt);
  const TaskRun& task = at(live.run).run.tasks[live.task];
  if (rebooted) {
    return end_attempt(
        attempt, lost("the host of worker " + worker.row.name + " was restarted", now.wall), now);
  }
  if (task.state == TaskState::dispatched) {
    // Started now, what was cancelled would run until its stop arrives.
    if (task.cause != Cause::none) return end_attempt(attempt, never_began(task.cause, now), now);
    return resend_start(worker, attempt, now);
  }
  end_attempt(attempt,
              lost("worker " + worker.row.name + " has no record of it any more", now.wall), now);
}

void Engine::resend_start(const KnownWorker& worker, AttemptId attempt, Now now) {
  const LiveAttempt granted = attempts_.at(attempt);
  LiveRun& live = at(granted.run);
  auto start = start_message(live, granted.task);
  if (!start.ok()) return fail_start(attempt, start.error().message, now);
  send_start(worker, live, std::move(*start));
}

void Engine::send_start(const KnownWorker& worker, const LiveRun& live, message::Start start) {
  shell_effect::SendStart effect;
  effect.link = worker.link;
  effect.secret_names = live.dag->tasks[start.task_index].secrets;
  effect.start = std::move(start);
  emit(std::move(effect));
}

void Engine::resend_stops(const KnownWorker& worker) {
  std::set<RunId> runs;
  for (const auto& [attempt, live] : attempts_) {
    if (live.worker == worker.row.id) runs.insert(live.run);
  }
  for (const RunId run : runs) {
    LiveRun& live = at(run);
    for (const Effect& effect : pending_effects(*live.dag, live.run)) {
      const auto* stop = std::get_if<effect::Stop>(&effect);
      if (stop == nullptr || live.grants[stop->task].worker != worker.row.id) continue;
      send_stop(stop->attempt, stop->why, false);
    }
  }
}

void Engine::on_gone(LinkId link) {
  KnownWorker* worker = workers_.find(link);
  if (worker == nullptr) return;
  workers_.disconnect(link);
  placement_.remove_worker(worker->row.id);
}

bool Engine::holds(LinkId link, AttemptId attempt) const {
  const KnownWorker* worker = workers_.find_link(link);
  const auto found = attempts_.find(attempt);
  return worker != nullptr && found != attempts_.end() && found->second.worker == worker->row.id;
}

const std::vector<RenderedInput>& Engine::inputs_of(AttemptId attempt) {
  LiveAttempt& live = attempts_.at(attempt);
  if (!live.inputs) {
    auto start = start_message(at(live.run), live.task);
    live.inputs = start.ok() ? std::move(start->inputs) : std::vector<RenderedInput>();
  }
  return *live.inputs;
}

std::vector<AttemptId> Engine::attempts_of(WorkerId worker) const {
  std::vector<AttemptId> found;
  for (const auto& [attempt, live] : attempts_) {
    if (live.worker == worker) found.push_back(attempt);
  }
  std::sort(found.begin(), found.end());
  return found;
}

WorkerState Engine::state_of(const KnownWorker& worker, Now now) const {
  if (worker.link) {
    if (worker.unreachable) return WorkerState::unreachable;
    return worker.view.draining ? WorkerState::draining : WorkerState::connected;
  }
  if (worker.row.lease.count() == 0) return WorkerState::away;
  return lease_ended(worker, now) ? WorkerState::lost : WorkerState::unreachable;
}

void Engine::on_started(LinkId link, const message::Started& started, Now now) {
  const KnownWorker* worker = workers_.find(link);
  const auto found = attempts_.find(started.attempt);
  if (worker == nullptr || found == attempts_.end()) return;  // late
  if (found->second.worker != worker->row.id) return;         // not its attempt
  apply(at(found->second.run), event::Started{found->second.task, started.attempt, started.at},
        now);
  hurry(kNewsMayWait);
}

void Engine::on_ended(LinkId link, const message::Ended& ended, Now now) {
  const KnownWorker* worker = workers_.find(link);
  if (worker == nullptr) return;
  const auto found = attempts_.find(ended.attempt);
  if (found == attempts_.end()) {
    late_end(ended.attempt, worker->row.id, ended.outcome, now);
  } else if (found->second.worker == worker->row.id) {
    end_attempt(ended.attempt, ended.outcome, now);
  }
  acknowledge(link, ended.attempt);
  hurry(kEndMayWait);
}

void Engine::end_attempt(AttemptId attempt, const Outcome& outcome, Now now) {
  const auto found = attempts_.find(attempt);
  CHECK(found != attempts_.end());
  const LiveAttempt ended = found->second;
  attempts_.erase(found);
  CHECK(placement_.release(ended.run, ended.task));
  LiveRun& live = at(ended.run);
  const Transition transition = apply(live, event::Ended{ended.task, attempt, outcome}, now);
  CHECK(transition.verdict == Transition::Verdict::applied);
  builder_.attempt_ended(live, ended.task, outcome, now);
  if (outcome.cause == Cause::lost) given_up_[attempt] = ended;
  measure(ended.worker, outcome);
  hurry_after_end(ended, transition);
}

void Engine::hurry_after_end(const LiveAttempt& ended, const Transition& transition) {
  KnownWorker* worker = workers_.find(ended.worker);
  if (worker != nullptr) --worker->live;
  const bool over = is_terminal(at(ended.run).run.state);
  const bool has_more_to_do = worker != nullptr &&
                              worker->live > worker->view.slots + worker->view.queue_ahead / 2;
  const bool nobody_waits = placement_.ready_count() == 0 || has_more_to_do;
  hurry(over || transition.run_changed || !nobody_waits ? Duration{} : kEndMayWait);
}

void Engine::fail_start(AttemptId attempt, const std::string& message, Now now) {
  if (!attempts_.contains(attempt)) return;
  hurry(Duration{});
  Outcome outcome;
  outcome.cause = Cause::exec_failed;
  outcome.message = message;
  outcome.ended_at = now.wall;
  end_attempt(attempt, outcome, now);
}

void Engine::late_end(AttemptId attempt, WorkerId worker, const Outcome& outcome, Now now) {
  const auto found = given_up_.find(attempt);
  if (found == given_up_.end()) return;  // a repeated report; it only wants its acknowledgement
  if (found->second.worker != worker) return;  // not its attempt
  // A worker that gave it up itself repeats just that.
  if (outcome.cause != Cause::lost) {
    builder_.late_report(at(found->second.run), found->second.task, attempt, outcome, now);
  }
  given_up_.erase(found);
}

void Engine::measure(WorkerId id, const Outcome& outcome) {
  KnownWorker* worker = workers_.find(id);
  if (worker == nullptr || outcome.started_at == WallTime{}) return;
  if (!workers_.note_duration(*worker, outcome.ended_at - outcome.started_at)) return;
  offer(*worker);
}

}  // namespace tidemill
