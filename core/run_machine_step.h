// One transition while it is being made; internal to the run machine. A handler `on` answers one
// kind of event. Tasks that end are put in a list and their downstreams looked at one by one, so a
// chain of 50,000 tasks needs no stack. One thread; lives for one call of advance().
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/retry.h"
#include "core/run_machine.h"

namespace tidemill {

class Step {
 public:
  Step(const Dag& dag, Run& run, Now now);

  void on(const event::Start&);
  void on(const event::Grant& grant);
  void on(const event::Started& started);
  void on(const event::Ended& ended);
  void on(const event::Refused& refused);
  void on(const event::Wake& wake);
  void on(const event::Cancel& cancel);
  void on(const event::Pause& pause);
  void on(const event::Resume& resume);
  void on(const event::Clear& clear);
  void on(const event::Mark& mark);
  void on(const event::Hurry& hurry);
  void on(const event::Looked& looked);
  void on(const event::Decided& decided);

  // Follows up everything that ended, and hands over what was done. Call once, last.
  Transition finish();

 private:
  // run_machine_step.cc: bookkeeping. A task is only changed inside change(), which keeps its
  // timer, the placement queue's effects and the list of changed tasks in step.
  struct Change {
    TaskState state;
    Duration delay{};    // of retry_wait; of awaiting_input to the next look, 0 = none
    Duration timeout{};  // of awaiting_input; 0 = none
  };
  TaskRun& change(TaskIndex task, const Change& to);
  TaskRun& mark_stopping(TaskIndex task, Cause cause);
  void touch(TaskIndex task);
  void touch_run() { result_.run_changed = true; }
  template <typename E>
  void emit(E effect) {
    result_.effects.push_back(effect);
  }
  void ignore(std::string note);
  void reject(std::string note);
  const TaskSpec& spec(TaskIndex task) const { return dag_.tasks[task]; }
  TaskRun& at(TaskIndex task) { return run_.tasks[task]; }
  bool is_known(TaskIndex task);
  // The task whose live attempt this is; otherwise says why the message is late and returns false.
  bool is_live_attempt(TaskIndex task, AttemptId attempt);

  // run_machine_cascade.cc: what follows when a task may start, or has ended.
  void begin(TaskIndex task);  // by its `if:` ready, skipped or failed
  void make_ready(TaskIndex task);
  void end(TaskIndex task, TaskState state, std::string reason);
  void fail(TaskIndex task, Cause cause, std::string reason);
  void decide(TaskIndex task);
  void release_body();
  void after_start_hook();
  void cascade();
  void count_for_downstreams(TaskIndex task);
  bool is_ordinary(TaskIndex task) const { return task < dag_.task_count; }
  bool is_released() const;

  // run_machine_ended.cc
  void record_attempt(TaskRun& state, const Outcome& outcome);
  bool end_stopped(TaskIndex task, const Outcome& outcome, const RetryDecision& decision,
                   Cause why);
  void retry(TaskIndex task, const RetryDecision& decision);

  // run_machine_cancel.cc
  void fire(const RunTimer& timer, const event::Wake& wake);
  void fire_queue_timeout(TaskIndex task, const event::Wake& wake);
  void time_out();
  void cancel_queued();
  void cancel_body();
  bool cancel_hook();
  void stop(TaskIndex task);
  void begin_cancelling(std::string reason);

  // run_machine_pause.cc
  void hold_ready();
  void hold_timeout();
  void end_pause();

  // run_machine_wait.cc: tasks that wait for something outside, or for a person.
  void begin_wait(TaskIndex task);
  void look(TaskIndex task);
  void look_again(TaskIndex task, Duration delay);
  void give_up(TaskIndex task);
  void approve(TaskIndex task, const Json::Object& values, const std::string& by,
               const std::string& comment, std::string reason);
  bool awaits_answer(TaskIndex task);

  // run_machine_control.cc: clear and mark.
  void carry_out(const ClearPlan& plan, const std::string& reason);
  void reopen();
  void reset(TaskIndex task, std::string reason);
  void mark(TaskIndex task, TaskState to, std::string reason);
  void stop_by_hand(const PlannedChange& change, const std::string& reason);
  bool end_by_hand(TaskIndex task, const Outcome& outcome, const RetryDecision& decision);
  void leave_end(TaskIndex task);

  // run_machine_hooks.cc: what comes after the body, and the end.
  void settle();
  bool is_body_over() const;
  void skip_unused_hooks();
  void end_run(RunState state);

  const Dag& dag_;
  Run& run_;
  Now now_;
  Transition result_;
  std::optional<BootTime> wake_before_;
  bool wake_again_ = false;
  bool by_hand_ = false;          // the change being made may take an edge of is_hand_edge()
  std::vector<TaskIndex> ended_;  // in this step, in order
  std::unordered_set<TaskIndex> changed_;
};

// What an attempt that is being stopped is stopped with, and what its worker then reports.
Cause stop_word(const Run& run, const TaskRun& state);

// `waits_for` may be empty.
std::string queue_timeout_reason(const TaskSpec& task, const std::string& waits_for);
// "paused by ann: the table is locked"; who and why may be empty.
std::string done_by(std::string what, const std::string& by, const std::string& reason);
// Of a task that ends because its run is being cancelled.
std::string cancel_reason(const Run& run);
// One sentence about a run that ends: what failed, or who cancelled it.
std::string end_reason(const Dag& dag, const Run& run, RunState state);

}  // namespace tidemill
