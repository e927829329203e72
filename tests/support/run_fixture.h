// Runs as scenarios: a DAG in one line of text, events as calls, effects as text. After every step
// the invariants are checked, and a run rebuilt from its rows alone must equal the one that was
// kept up step by step (I24).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/run_machine.h"

namespace tidemill {

// Building DAGs -----------------------------------------------------------------------------------

using DagOption = std::function<void(Dag&)>;

// "extract -> train -> evaluate; audit; a, b -> c": chains, separated by ';'; a comma joins several
// tasks into one link. Hooks are named "hook.start" … "hook.exit" and come from hooks().
Dag make_dag(std::string_view text, const std::vector<DagOption>& options);

template <typename... Options>
Dag dag(std::string_view text, const Options&... options) {
  return make_dag(text, {DagOption(options)...});
}

// Fills by_id and downstreams anew, after the tasks were changed by hand.
Dag derived(Dag dag);

TaskSpec& task(Dag& dag, std::string_view id);

DagOption with(std::string id, std::function<void(TaskSpec&)> change);
DagOption rule(std::string id, TriggerRule rule);
DagOption needs(std::string id, std::string expression);
DagOption condition(std::string id, std::string expression);
DagOption tolerated(std::string id);
DagOption retries(int limit,
                  Duration delay = std::chrono::seconds(10));  // of every task, no jitter
DagOption queue_timeout(std::string id, Duration limit);
DagOption run_timeout(Duration limit);
DagOption deadline(Duration after, Deadline::From from);
DagOption hooks(std::vector<std::string> kinds);  // "start" … "exit"

// Outcomes ----------------------------------------------------------------------------------------

Outcome success();
Outcome exited(int code);
Outcome ended_by(Cause cause);

// A run -------------------------------------------------------------------------------------------

class RunFixture {
 public:
  explicit RunFixture(Dag dag, RunOptions options = {});

  // Each returns the effects: "ready train; wake at +30s", or "ignored: …", "rejected: …".
  std::string start() { return on(event::Start{}); }
  std::string grant(std::string_view id);  // as a new attempt
  std::string started(std::string_view id);
  std::string ended(std::string_view id, Outcome outcome);
  std::string refused(std::string_view id, std::string message);
  std::string cancel(std::string by = "ann", std::string reason = "");
  // Lets time pass on both clocks, then wakes the run.
  std::string wake_after(Duration time);
  std::string on(const Event& event);

  // Grant, start and end in one go; the effects of all three.
  std::string attempt(std::string_view id, const Outcome& outcome);
  std::string succeed(std::string_view id) { return attempt(id, success()); }
  std::string fail(std::string_view id) { return attempt(id, exited(1)); }

  void pass(Duration time);
  void shift_wall_clock(Duration by) { now_.wall = now_.wall + by; }
  // A crash now: only rows survive.
  void recover();
  // The recovery check compares timers exactly, which a shifted wall clock makes impossible.
  void skip_recovery_check() { checks_recovery_ = false; }

  TaskState state(std::string_view id) const { return of(id).state; }
  const TaskRun& of(std::string_view id) const { return run_.tasks[index(id)]; }
  TaskIndex index(std::string_view id) const;
  std::string states() const;  // "extract succeeded, train running"
  const Run& run() const { return run_; }
  const Dag& dag() const { return dag_; }
  Now now() const { return now_; }
  const Transition& last() const { return last_; }
  // What the shell would know by now from effects alone.
  const std::set<TaskIndex>& queue() const { return queue_; }
  int run_ends() const { return run_ends_; }

  AttemptId next_attempt() { return AttemptId{++attempts_made_}; }

 private:
  void follow(const Event& event, const Transition& transition);
  void check(const Transition& transition);
  std::string text(const Effect& effect) const;

  Dag dag_;
  Run run_;
  Now now_;
  Transition last_;
  std::set<TaskIndex> queue_;
  std::set<AttemptId> stops_;
  int run_ends_ = 0;
  std::int64_t attempts_made_ = 0;
  bool checks_recovery_ = true;
};

// The run as a crash leaves it: every derived field is gone, then derived again.
Run rebuilt(const Dag& dag, const Run& run, Now now);
// Do two runs hold the same, derived fields included?
bool is_same(const Run& a, const Run& b);
std::string dump_run(const Run& run);

}  // namespace tidemill
