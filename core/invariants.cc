#include "core/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/run_machine.h"
#include "core/run_timers.h"
#include "core/trigger.h"

namespace tidemill {
namespace {

// What the machine keeps step by step, made anew from the rows.
struct Recount {
  UpstreamCounts upstream;
  explicit Recount(const Dag& dag, const Run& run, TaskIndex task) {
    for (const TaskIndex other : dag.tasks[task].upstream) {
      if (run.tasks[other].pruned) continue;
      ++upstream.total;
      upstream.add(run.tasks[other].state);
    }
  }
};

class Checker {
 public:
  Checker(const Dag& dag, const Run& run) : dag_(dag), run_(run) {}

  std::vector<std::string> check() {
    if (run_.tasks.size() != dag_.tasks.size()) return {"the run has another number of tasks"};
    for (TaskIndex task = 0; task < run_.tasks.size(); ++task) {
      task_ = task;
      check_times();
      check_result();
      check_by_hand();
      check_attempts();
      check_trigger();
      check_hook();
      check_cancelled();
    }
    check_counters();
    check_timers();
    check_run();
    return std::move(broken_);
  }

 private:
  const TaskRun& state() const { return run_.tasks[task_]; }
  const TaskSpec& spec() const { return dag_.tasks[task_]; }
  bool is_ordinary() const { return task_ < dag_.task_count; }
  // Reused and left-out tasks were terminal from the beginning.
  bool came_ended() const { return state().pruned || is_reused(); }
  bool is_reused() const { return state().state == TaskState::succeeded && state().attempts == 0; }

  void require(bool holds, std::string_view what) {
    if (holds) return;
    broken_.push_back(fmt::format("{} is {}: {}", spec().id, to_word(state().state), what));
  }
  void require_run(bool holds, std::string_view what) {
    if (!holds) broken_.push_back(fmt::format("the run is {}: {}", to_word(run_.state), what));
  }

  void check_times() {
    const TaskRun& t = state();
    require(is_terminal(t.state) == (t.ended_at != WallTime{}), "ended_at does not say so");
    require((t.state == TaskState::retry_wait) == (t.retry_at != WallTime{}),
            "retry_at does not say so");
    const bool waits = t.state == TaskState::awaiting_input;
    require(!waits || spec().only_waits(), "it has nothing to wait for");
    require(t.gives_up == BootTime{} || waits, "its timeout counts");
    if (spec().only_waits()) require(t.attempts == 0, "it had an attempt");
    if (t.state == TaskState::ready || waits || is_live(t.state)) {
      require(t.ready_at != WallTime{}, "it never became ready");
    }
    if (t.state == TaskState::running) require(t.started_at != WallTime{}, "it never started");
  }

  void check_result() {
    const TaskRun& t = state();
    require(t.result == nullptr || t.state == TaskState::succeeded, "it has a result");
    const bool may_be_tolerated = t.state == TaskState::failed && spec().allow_failure;
    require(t.tolerated == may_be_tolerated, "tolerated is wrong");
    require(!t.pruned || t.state == TaskState::skipped, "it was left out");
    const bool has_reason = !t.reason.empty();
    if (t.state == TaskState::failed || t.state == TaskState::skipped) {
      require(has_reason, "it has no reason");
    }
  }

  void check_by_hand() {
    const TaskRun& t = state();
    require(!t.marked || is_terminal(t.state), "it was marked");
    if (!t.on_stop) return;
    require(is_live(t.state) && t.cause != Cause::none, "nothing of it is being stopped");
    require(*t.on_stop == TaskState::waiting || is_terminal(*t.on_stop), "its stop leads nowhere");
  }

  // Did a person change what its rule was decided on?
  bool is_changed_by_hand(TaskIndex task) const {
    return run_.tasks[task].clears > 0 || run_.tasks[task].marked;
  }
  bool is_decided_on_other_states() const {
    const TaskIndex hook = dag_.hook(HookKind::start);
    if (state().marked || (hook != kNoTask && is_changed_by_hand(hook))) return true;
    const auto& upstream = spec().upstream;
    return std::any_of(upstream.begin(), upstream.end(),
                       [this](TaskIndex other) { return is_changed_by_hand(other); });
  }

  // I3: every attempt but the last one, since the last clear, has used a retry or a loss.
  void check_attempts() {
    const TaskRun& t = state();
    const std::uint32_t spent = std::uint32_t{t.retries} + t.losses;
    require(t.attempts_before <= t.attempts, "it had more attempts before than in all");
    const std::uint32_t made = t.attempts - t.attempts_before;
    require(made == spent || made == spent + 1, "attempts do not add up");
    if (t.state == TaskState::ready || t.state == TaskState::retry_wait) {
      require(made == spent, "an attempt is missing");
    }
    if (is_live(t.state)) require(made == spent + 1, "the live attempt is not counted");
    if (t.state == TaskState::waiting) require(made == 0, "it has attempts");
    require(t.attempts_before == 0 || t.clears > 0, "only a clear begins a new count");
    require((t.attempts > 0) == static_cast<bool>(t.attempt), "its attempt id is wrong");
    require(t.losses <= kMaxLosses && t.retries <= spec().retry->limit, "a limit was passed");
    if (t.attempt) require(attempts_.insert(t.attempt).second, "its attempt id is not its own");
  }

  // I5: nothing starts, and nothing is kept from starting, against its rule.
  void check_trigger() {
    if (!is_ordinary()) return;
    require(state().upstream == Recount(dag_, run_, task_).upstream, "upstream counts are wrong");
    if (came_ended() || state().state == TaskState::cancelled) return;
    if (!is_released()) return check_before_body();
    const TriggerVerdict::Kind verdict = decide_trigger(dag_, run_, task_);
    if (state().state == TaskState::waiting) {
      require(verdict == TriggerVerdict::Kind::wait, "its rule has decided");
    } else if (is_decided_on_other_states()) {
      return;  // the simulation replays each decision on the states of its moment
    } else if (state().state == TaskState::upstream_failed) {
      require(verdict == TriggerVerdict::Kind::upstream_failed, "its rule says otherwise");
    } else if (state().state != TaskState::skipped) {
      require(verdict == TriggerVerdict::Kind::run, "its rule does not say run");
    } else {
      require(may_be_skipped(verdict), "its rule does not say skip");
    }
  }

  // Also by `if:` or exit code 99; and all_success goes by what ended first.
  bool may_be_skipped(TriggerVerdict::Kind verdict) const {
    if (verdict == TriggerVerdict::Kind::skip || verdict == TriggerVerdict::Kind::run) return true;
    return spec().needs_expr.empty() && spec().trigger_rule == TriggerRule::all_success &&
           state().upstream.skipped > 0;
  }

  void check_before_body() {
    const bool start_failed = !run_.cancelling && run_.state != RunState::queued &&
                              start_state() == TaskState::failed;
    const TaskState expected = start_failed ? TaskState::upstream_failed : TaskState::waiting;
    // A cancelled run's tasks had begun, or were cancelled; a reopened one's may have ended before.
    const bool came_so = is_terminal(state().state) &&
                         (run_.reopened > 0 || is_decided_on_other_states());
    if (!run_.cancelling && !came_so) {
      require(state().state == expected, "the body was not released");
    }
  }

  TaskState start_state() const {
    const TaskIndex hook = dag_.hook(HookKind::start);
    return hook == kNoTask ? TaskState::succeeded : run_.tasks[hook].state;
  }

  bool is_released() const {
    if (run_.state == RunState::queued || run_.cancelling) return false;
    const TaskIndex hook = dag_.hook(HookKind::start);
    const TaskState start = start_state();
    return start == TaskState::succeeded || start == TaskState::skipped ||
           (start == TaskState::failed && run_.tasks[hook].tolerated);
  }

  void check_hook() {
    if (is_ordinary() || state().state == TaskState::waiting) return;
    const bool may_have_run = run_.state != RunState::queued ||
                              (run_.reopened > 0 && spec().hook == HookKind::start);
    require(may_have_run, "a hook ran before the run");
    if (spec().hook == HookKind::start || run_.started_at == WallTime{}) return;
    require(run_.open == 0, "a closing hook ran before the body's end");
    if (spec().hook != HookKind::exit) return;
    for (const HookKind kind : {HookKind::success, HookKind::failure, HookKind::cancel}) {
      const TaskIndex other = dag_.hook(kind);
      require(other == kNoTask || is_terminal(run_.tasks[other].state),
              "the exit hook is not last");
    }
  }

  // I17: once a cancel was accepted, nothing of the body may start.
  void check_cancelled() {
    const TaskState s = state().state;
    const bool is_body = is_ordinary() || spec().hook == HookKind::start;
    if (!run_.cancelling || !is_body || is_terminal(s)) return;
    require(is_live(s), "a cancelled run still has it open");
    require(state().cause == Cause::cancelled, "it is not being stopped");
  }

  void check_counters() {
    std::uint32_t open = 0;
    for (TaskIndex task = 0; task < dag_.task_count; ++task) {
      if (!is_terminal(run_.tasks[task].state)) ++open;
    }
    require_run(open == run_.open, "open is wrong");
  }

  void check_timers() {
    std::set<RunTimer> expected;
    for (TaskIndex task = 0; task < run_.tasks.size(); ++task) {
      if (const auto timer = task_timer(dag_, run_, task)) expected.insert(*timer);
    }
    std::set<RunTimer> found;
    int run_timeouts = 0;
    int deadlines = 0;
    for (const RunTimer& timer : run_.timers) {
      if (timer.kind == RunTimer::Kind::run_timeout) {
        ++run_timeouts;
      } else if (timer.kind == RunTimer::Kind::deadline) {
        ++deadlines;
      } else {
        found.insert(timer);
      }
    }
    require_run(found == expected, "the tasks' timers are wrong");
    require_run(run_timeouts == (run_timeout_at(dag_, run_) ? 1 : 0), "its timeout is wrong");
    require_run(deadlines == (deadline_at(dag_, run_) ? 1 : 0), "its deadline is wrong");
  }

  void check_run() {
    require_run(is_terminal(run_.state) == (run_.ended_at != WallTime{}), "ended_at is wrong");
    require_run(run_.paused == (run_.paused_at != WallTime{}), "paused_at is wrong");
    require_run(run_.paused != run_.pause_note.empty(), "nobody paused it");
    require_run(!run_.paused || !(run_.cancelling || is_terminal(run_.state)), "it is paused");
    if (run_.state == RunState::running) check_running();
    if (!is_terminal(run_.state)) return;
    for (task_ = 0; task_ < run_.tasks.size(); ++task_) {
      require(is_terminal(state().state), "the run has ended");
    }
    require_run(run_.timers.empty(), "timers are left");
    // A run that was cancelled in the queue may have had every task reused.
    const bool never_started = run_.started_at == WallTime{} && run_.reopened == 0;
    const RunState expected = never_started ? RunState::cancelled : state_of(dag_, run_);
    require_run(run_.state == expected, "its tasks say otherwise (I7)");
  }

  // I16: something must still be able to move, or the run hangs for ever.
  void check_running() {
    require_run(run_.started_at != WallTime{}, "it never started");
    for (const TaskRun& task : run_.tasks) {
      const TaskState s = task.state;
      if (!is_terminal(s) && s != TaskState::waiting) return;
    }
    require_run(false, "nothing in it can move");
  }

  const Dag& dag_;
  const Run& run_;
  TaskIndex task_ = 0;
  std::unordered_set<AttemptId> attempts_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> check_invariants(const Dag& dag, const Run& run) {
  return Checker(dag, run).check();
}

}  // namespace tidemill
