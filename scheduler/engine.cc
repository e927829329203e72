#include "scheduler/engine.h"

#include <algorithm>

#include "base/text.h"
#include "core/explain.h"
#include "core/invariants.h"
#include "core/params.h"
#include "core/selection.h"
#include "scheduler/control_note.h"
#include "scheduler/start_message.h"

namespace tidemill {
namespace {

// Attempt ids are set aside in blocks, so that a grant needs no write of its own for the counter.
constexpr std::int64_t kAttemptBlock = 4096;

// A run of some tasks that would read from one that is left out could only fail.
Status refuse_left_out_read(const Dag& dag, const Run& run) {
  const auto read = find_left_out_read(dag, run);
  if (!read) return Ok{};
  return invalid(fmt::format("{} reads {} and {} is left out of the run; choose it as well",
                             dag.tasks[read->reader].id, read->what, dag.tasks[read->from].id));
}

}  // namespace

Engine::Engine(std::int64_t epoch, const Counters& counters)
    : epoch_(epoch), counters_(counters), next_attempt_(counters.next_attempt) {}

void Engine::restore_worker(const WorkerRow& row) { workers_.restore(row); }

bool Engine::seals(const Dag& dag) const {
  return param_seal_ != nullptr &&
         std::any_of(dag.params.begin(), dag.params.end(),
                     [](const ParamSpec& spec) { return is_secret(spec); });
}

// Empty = nothing of them has to be sealed.
Result<std::string> Engine::sealed(const Dag& dag, const Json::Object& params) {
  if (!seals(dag)) return std::string();
  return Json(TRY(param_seal_->seal(dag, params))).dump();
}

Status Engine::open_params(LiveRun& live) {
  if (!seals(*live.dag)) return Ok{};
  live.run.params = TRY(param_seal_->open(*live.dag, std::move(live.run.params)));
  // Sealed again, so that rows of versions that did not seal them are mended as well.
  live.sealed_params = TRY(sealed(*live.dag, live.run.params));
  return Ok{};
}

Status Engine::restore_run(const StoredRun& stored, DagPtr dag, Now now) {
  CHECK(!is_terminal(stored.row.state));
  versions_[{dag->name, dag->content_hash}] = stored.row.version;
  LiveRun restored = TRY(live_run_from(stored, std::move(dag), now));
  TRY(open_params(restored));
  recall(restored, now);
  LiveRun& live = at(adopt(std::move(restored)));
  for (TaskIndex task = 0; task < live.run.tasks.size(); ++task) {
    const TaskRun& state = live.run.tasks[task];
    note_approval(live, task);
    if (!tidemill::is_live(state.state)) continue;
    const WorkerId worker = live.grants[task].worker;
    attempts_[state.attempt] = {live.run.id, task, worker};
    if (KnownWorker* known = workers_.find(worker)) {
      ++known->live;
      // The last answer of the scheduler before us cannot have been later.
      known->last_heard = now.boot;
    }
    placement_.occupy(ready_task(live, task), worker);
  }
  hurry(Duration{});
  // Stops are sent again when the worker says hello.
  for (const Effect& effect : pending_effects(*live.dag, live.run)) carry_out(live, effect);
  note_wake(live);
  return Ok{};
}

const LiveRun* Engine::find(RunId run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

LiveRun& Engine::at(RunId run) {
  const auto found = runs_.find(run);
  CHECK(found != runs_.end());
  return found->second;
}

RunId Engine::adopt(LiveRun live) {
  const RunId id = live.run.id;
  set_pools(live);
  DagQueue& queue = dags_[live.dag->name];
  if (live.run.state == RunState::queued) {
    queue.queued.insert(id);
    unsettled_dags_.insert(live.dag->name);
  } else if (live.run.state == RunState::running) {
    ++queue.running;
  }
  const bool is_new = runs_.emplace(id, std::move(live)).second;
  CHECK(is_new);
  return id;
}

void Engine::set_pools(const LiveRun& live) {
  for (const PoolSpec& pool : live.dag->pools) {
    placement_.set_pool(run_pool(live.run.id, pool.name), pool.slots);
  }
}

std::int64_t Engine::version_for(const Dag& dag, std::int64_t known, Now now) {
  std::int64_t& version = versions_[{dag.name, dag.content_hash}];
  if (version == 0) version = known;
  if (version == 0) {
    version = counters_.next_version++;
    use_counters();
    builder_.add_dag(dag_version_row(dag, version, now.wall));
    hurry(Duration{});
  }
  return version;
}

std::size_t Engine::unfinished_runs(const std::string& dag) const {
  const auto queue = dags_.find(dag);
  return queue == dags_.end() ? 0 : queue->second.running + queue->second.queued.size();
}

Status Engine::settle_overlap(const Dag& dag, Now now) {
  const auto queue = dags_.find(dag.name);
  if (queue == dags_.end()) return Ok{};
  const std::size_t unfinished = queue->second.running + queue->second.queued.size();
  if (unfinished < static_cast<std::size_t>(std::max(dag.max_active_runs, 1))) return Ok{};
  switch (dag.on_overlap) {
    case Dag::OnOverlap::queue:
      return Ok{};
    case Dag::OnOverlap::skip:
      return conflict(
          fmt::format("{} of {} not finished yet, and its on_overlap is skip: no new run",
                      plural(static_cast<std::int64_t>(unfinished), "run"), dag.name));
    case Dag::OnOverlap::cancel_running:
      break;
  }
  std::vector<RunId> older;
  for (const auto& [id, live] : runs_) {
    if (live.dag->name == dag.name && !is_terminal(live.run.state)) older.push_back(id);
  }
  std::sort(older.begin(), older.end());
  for (const RunId run : older) TRY(cancel(run, "a newer run", "", Force::no, now));
  return Ok{};
}

Result<RunId> Engine::submit(const SubmitRequest& request, Now now) {
  std::string sealed = TRY(this->sealed(*request.dag, request.options.params));
  TRY(settle_overlap(*request.dag, now));
  hurry(Duration{});
  LiveRun live;
  live.dag = request.dag;
  live.version = version_for(*request.dag, request.known_version, now);
  live.directory = request.directory;
  live.origin = request.origin;
  live.reused_from = request.options.reused_from;
  live.trigger = request.trigger;
  live.backfill = request.backfill;
  live.sealed_params = std::move(sealed);
  RunOptions options = request.options;
  options.id = {counters_.next_run++};
  use_counters();
  live.run = make_run(*live.dag, options, now);
  if (!options.only.empty()) TRY(refuse_left_out_read(*live.dag, live.run));
  const std::size_t size = live.run.tasks.size();
  live.grants.resize(size);
  live.stored.resize(size);
  live.reused.resize(size);
  live.control_seqs.resize(size);
  for (const auto& [task, result] : options.reuse) live.reused[task] = true;
  recall(live, now);
  LiveRun& kept = at(adopt(std::move(live)));
  builder_.add_run(kept, now);
  for (const Effect& effect : pending_effects(*kept.dag, kept.run)) carry_out(kept, effect);
  note_wake(kept);
  return options.id;
}

Status Engine::cancel(RunId run, const std::string& by, const std::string& reason, Force force,
                      Now now) {
  if (!is_live(run) || is_terminal(at(run).run.state)) {
    return conflict(fmt::format("run {} is not running, so it cannot be cancelled", run.value));
  }
  hurry(Duration{});
  LiveRun& live = at(run);
  apply(live, event::Cancel{by, reason}, now);
  if (force == Force::no) return Ok{};
  for (const TaskRun& task : live.run.tasks) {
    if (tidemill::is_live(task.state)) send_stop(task.attempt, Cause::cancelled, true);
  }
  return Ok{};
}

Transition Engine::apply(LiveRun& live, const Event& event, Now now) {
  const RunState before = live.run.state;
  Transition transition = advance(*live.dag, live.run, event, now);
  if (transition.verdict == Transition::Verdict::applied) record(live, event, transition, now);
  for (const Effect& effect : transition.effects) carry_out(live, effect);
  note_wake(live);
  note_state(live, before);
  return transition;
}

void Engine::record(LiveRun& live, const Event& event, const Transition& transition, Now now) {
  if (auto note = control_note(*live.dag, event)) {
    const std::int64_t seq = builder_.control(live, note->kind, std::move(note->body), now);
    if (note->changes_ends) {
      live.control_seq = seq;
      for (const TaskIndex task : transition.changed) live.control_seqs[task] = seq;
    }
  }
  for (const TaskIndex task : transition.reset) builder_.task_reset(live, task, now);
  for (const TaskIndex task : transition.changed) {
    builder_.task_changed(live, task, now);
    const TaskRun& state = live.run.tasks[task];
    note_approval(live, task);
    if (live.dag->tasks[task].only_waits() && state.result != nullptr)
      builder_.answered(live, task);
  }
  if (transition.run_changed) builder_.run_changed(live, now);
}

void Engine::note_state(const LiveRun& live, RunState before) {
  const RunState state = live.run.state;
  if (state == before) return;
  DagQueue& queue = dags_[live.dag->name];
  if (before == RunState::queued) queue.queued.erase(live.run.id);
  if (before == RunState::running) --queue.running;
  if (state == RunState::queued) queue.queued.insert(live.run.id);
  if (state == RunState::running) ++queue.running;
  unsettled_dags_.insert(live.dag->name);
}

void Engine::carry_out(LiveRun& live, const Effect& effect) {
  struct Visitor {
    Engine& engine;
    LiveRun& live;
    void operator()(const effect::Ready& e) const {
      engine.placement_.add_ready(ready_task(live, e.task));
    }
    void operator()(const effect::Unready& e) const {
      engine.placement_.remove_ready(live.run.id, e.task);
    }
    void operator()(const effect::Stop& e) const { engine.send_stop(e.attempt, e.why, false); }
    void operator()(const effect::WakeAt&) const {}  // note_wake() reads the timers themselves
    void operator()(const effect::Look& e) const { engine.look(live, e.task); }
    void operator()(const effect::DeadlineMissed&) const {
      engine.emit(shell_effect::DeadlineMissed{live.run.id});
    }
    void operator()(const effect::RunEnded& e) const {
      engine.emit(shell_effect::RunEnded{live.run.id, e.state});
      engine.ended_.push_back(live.run.id);
    }
  };
  std::visit(Visitor{*this, live}, effect);
}

void Engine::note_wake(LiveRun& live) {
  std::optional<BootTime> next;
  if (!live.run.timers.empty()) next = live.run.timers.begin()->at;
  if (next == live.wake) return;
  if (live.wake) wakes_.erase({*live.wake, live.run.id});
  if (next) wakes_.insert({*next, live.run.id});
  live.wake = next;
}

void Engine::wake(Now now) {
  look_after_workers(now);
  std::vector<RunId> due;
  for (const auto& [at_time, run] : wakes_) {
    if (at_time > now.boot) break;
    due.push_back(run);
  }
  if (!due.empty()) hurry(Duration{});
  for (const RunId run : due) {
    LiveRun& live = at(run);
    apply(live, wake_of(live, now), now);
  }
}

event::Wake Engine::wake_of(const LiveRun& live, Now now) const {
  event::Wake wake;
  for (const RunTimer& timer : live.run.timers) {
    if (timer.at > now.boot) break;
    if (timer.kind != RunTimer::Kind::queue_timeout) continue;
    wake.waits_for[timer.task] = waits_for(*live.dag, live.run, timer.task, placement_, now);
  }
  return wake;
}

std::optional<std::pair<RunId, TaskIndex>> Engine::task_of(AttemptId attempt) const {
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return std::nullopt;
  return std::pair(found->second.run, found->second.task);
}

std::optional<BootTime> Engine::next_wake() const {
  std::optional<BootTime> next;
  if (!wakes_.empty()) next = wakes_.begin()->first;
  for (const auto& [id, worker] : workers_.all()) {
    const auto look = next_look_at(worker);
    if (look && (!next || *look < *next)) next = look;
  }
  return next;
}

Turn Engine::seal(Now now) {
  patience_.reset();
  do {
    start_queued_runs(now);
    grant_ready(now);
  } while (!unsettled_dags_.empty());
  for (auto& [link, attempts] : acknowledged_) {
    send(link, message::Acknowledge{std::move(attempts)});
  }
  acknowledged_.clear();
  if (std::exchange(counters_changed_, false)) builder_.set_counters(counters_);
  Turn turn;
  turn.batch = builder_.take(runs_);
  turn.effects = std::exchange(effects_, {});
  forget_ended_runs();
  turn.wake_at = next_wake();
  return turn;
}

void Engine::start_queued_runs(Now now) {
  // Starting a run may end it at once, which makes room for the next.
  while (!unsettled_dags_.empty()) {
    const std::string name = *unsettled_dags_.begin();
    unsettled_dags_.erase(unsettled_dags_.begin());
    DagQueue& queue = dags_[name];
    while (true) {
      // A paused run keeps nobody waiting.
      const auto next = std::find_if(queue.queued.begin(), queue.queued.end(),
                                     [this](RunId run) { return !at(run).run.paused; });
      if (next == queue.queued.end()) break;
      LiveRun& oldest = at(*next);
      const auto most = static_cast<std::size_t>(std::max(oldest.dag->max_active_runs, 1));
      if (queue.running >= most) break;
      apply(oldest, event::Start{}, now);
    }
  }
}

void Engine::hold_grants(const std::string& reason) {
  if (reason == held_because_) return;
  held_because_ = reason;
  if (!reason.empty()) return placement_.pause(reason);
  placement_.resume();
  hurry(Duration{});
}

void Engine::grant_ready(Now now) {
  // A task that cannot be rendered ends here and may make others ready.
  while (true) {
    const std::vector<Grant> grants = placement_.place(now.boot);
    if (grants.empty()) return;
    for (const Grant& granted : grants) grant(granted, now);
  }
}

void Engine::grant(const Grant& granted, Now now) {
  LiveRun& live = at(granted.run);
  auto rendered = render_next(live, granted.task);
  if (!rendered.ok()) {
    placement_.release(granted.run, granted.task);
    apply(live, event::Refused{granted.task, rendered.error().message}, now);
    return;
  }
  const AttemptId attempt = next_attempt();
  KnownWorker& worker = *workers_.find(granted.worker);
  ++worker.live;
  live.grants[granted.task] = {granted.worker, now.wall};
  attempts_[attempt] = {granted.run, granted.task, granted.worker};
  const Transition transition = apply(live, event::Grant{granted.task, attempt}, now);
  CHECK(transition.verdict == Transition::Verdict::applied);
  send_start(worker, live, start_message(live, granted.task, std::move(*rendered)));
}

AttemptId Engine::next_attempt() {
  if (next_attempt_ == counters_.next_attempt) {
    counters_.next_attempt += kAttemptBlock;
    use_counters();
  }
  return {next_attempt_++};
}

void Engine::forget_ended_runs() {
  looked_at_.clear();
  for (const RunId run : ended_) {
    const LiveRun* found = find(run);
    if (found == nullptr || !is_terminal(found->run.state)) continue;  // it was reopened
    const LiveRun& live = *found;
    if (live.wake) wakes_.erase({*live.wake, run});
    if (const auto past = pasts_.find(live.dag->name); past != pasts_.end()) {
      past->second.has_news = true;
    }
    for (const PoolSpec& pool : live.dag->pools) {
      placement_.remove_pool(run_pool(run, pool.name));
    }
    std::erase_if(given_up_, [run](const auto& entry) { return entry.second.run == run; });
    runs_.erase(run);
  }
  ended_.clear();
}

void Engine::check() const {
  placement_.check();
  std::size_t live_tasks = 0;
  for (const auto& [id, live] : runs_) {
    const auto broken = check_invariants(*live.dag, live.run);
    if (!broken.empty()) fmt::print(stderr, "run {}: {}\n", id.value, broken.front());
    CHECK(broken.empty());
    for (TaskIndex task = 0; task < live.run.tasks.size(); ++task) {
      const TaskRun& state = live.run.tasks[task];
      const bool asks = live.dag->tasks[task].approval != nullptr &&
                        state.state == TaskState::awaiting_input;
      CHECK(asks == approvals_.contains({id, task}));
      if (!tidemill::is_live(state.state)) continue;
      ++live_tasks;
      const auto found = attempts_.find(state.attempt);
      CHECK(found != attempts_.end() && found->second.run == id && found->second.task == task);
    }
  }
  CHECK(live_tasks == attempts_.size());
  CHECK(placement_.live_count() == attempts_.size());
}

}  // namespace tidemill
