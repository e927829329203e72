// One run of one DAG version as a flat value, shaped like the rows that store it. Only the run
// machine (core/run_machine.h) changes it. Timers count in boot time; wall times are for people.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "core/dag.h"
#include "core/outcome.h"
#include "core/words.h"

namespace tidemill {

// Terminal direct upstreams by state; kept up to date by the machine so that a decision costs the
// same for two upstreams and for two thousand. The total is what is left after pruning.
struct UpstreamCounts {
  std::uint32_t total = 0;
  std::uint32_t succeeded = 0;
  std::uint32_t failed = 0;
  std::uint32_t upstream_failed = 0;
  std::uint32_t skipped = 0;
  std::uint32_t cancelled = 0;

  std::uint32_t terminal() const {
    return succeeded + failed + upstream_failed + skipped + cancelled;
  }
  // Counts one upstream in, or out again; states that are not terminal count only in total.
  void add(TaskState state);
  void remove(TaskState state);
  bool operator==(const UpstreamCounts&) const = default;
};

struct TaskRun {
  TaskState state = TaskState::waiting;
  Cause cause = Cause::none;   // why the last attempt ended; of a live one: why it is being stopped
                               // (timeout: queue_timeout passed; cancelled: the run or hook was)
  bool tolerated = false;      // failed, and allow_failure holds
  bool pruned = false;         // left out by --only; downstreams do not count it
  std::uint16_t retries = 0;   // used of retry.limit
  std::uint16_t losses = 0;    // attempts lost to infrastructure, bounded by kMaxLosses
  std::uint32_t attempts = 0;  // made so far; attempt numbers are 1..attempts
  std::uint32_t attempts_before = 0;  // of them, before the last clear; they used no retries
  std::uint32_t clears = 0;           // how often it was reset by hand
  bool marked = false;                // the state was set by hand, not by an attempt
  // Of a live task: what it becomes, by hand, once its attempt is gone (waiting: it was cleared;
  // else it was marked so).
  std::optional<TaskState> on_stop;
  int exit_code = 0;           // of the last attempt; meaningful for cause exit
  float memory_factor = 1.0f;  // grown by retry rules
  AttemptId attempt;           // the live attempt, else the last one
  UpstreamCounts upstream;
  BootTime ready_since{};  // ready and dispatched: queue_timeout counts from here; retry_wait:
                           // when the retry is due; awaiting_input: when it is looked again, 0 =
                           // never. Derived from ready_at and retry_at
  BootTime gives_up{};     // awaiting_input: when its timeout passes, 0 = never; derived
  WallTime ready_at{};     // 0 = never was; awaiting_input: since when it waits
  WallTime started_at{};   // of the last attempt's exec; 0 = never
  WallTime ended_at{};     // when the state became terminal; 0 = it is not
  WallTime retry_at{};     // retry_wait only, else 0
  std::string reason;      // one sentence: why it failed, was skipped, waits for its retry;
                           // who cleared or marked it, or decided; where it was reused from; what
                           // the last look found (awaiting_input); else empty
  std::shared_ptr<const TaskResult> result;  // of the successful attempt; null = none
};

struct RunTimer {
  BootTime at{};
  enum class Kind : std::uint8_t { retry, queue_timeout, run_timeout, deadline, look, give_up };
  Kind kind = Kind::retry;
  TaskIndex task = kNoTask;
  auto operator<=>(const RunTimer&) const = default;
};

struct Run {
  RunId id;
  RunState state = RunState::queued;
  Json::Object params;
  std::uint64_t seed = 0;   // decides jitter and TIDEMILL_SEED
  bool cancelling = false;  // a cancel was accepted; no new attempt of an ordinary task starts
  bool timed_out = false;   // the run's own timeout was the reason of the cancel
  bool deadline_missed = false;
  bool paused = false;         // no new attempt starts; never of a run that has ended
  WallTime paused_at{};        // 0 = it is not
  std::string pause_note;      // "paused by ann: the table is locked"; empty = it is not
  Duration timeout_shift{};    // by how much pauses moved the run's timeout
  Duration timeout_left{};     // paused: what is left of the timeout; derived
  std::uint32_t reopened = 0;  // how often it was taken up again by hand after its end
  std::string reason;          // one sentence: why it failed or was cancelled, and by whom
  WallTime created_at{};
  WallTime scheduled_for{};  // equals created_at for a run made by hand
  WallTime interval_start{}, interval_end{};
  WallTime started_at{}, ended_at{};
  std::vector<TaskRun> tasks;  // same positions as Dag::tasks
  std::set<RunTimer> timers;   // derived from the tasks; never stored
  std::uint32_t open = 0;      // ordinary tasks that are not terminal; derived
};

inline constexpr int kMaxLosses = 5;

// How a run begins. Tasks reused from an earlier run start as succeeded, with that run's results.
struct RunOptions {
  RunId id;
  Json::Object params;
  std::uint64_t seed = 0;
  std::vector<TaskIndex> only;  // empty = every task
  std::vector<std::pair<TaskIndex, std::shared_ptr<const TaskResult>>> reuse;
  RunId reused_from;
  WallTime scheduled_for{};  // 0 = now
  WallTime interval_start{}, interval_end{};
};

// The run is queued; nothing of it is ready before event::Start. Ask pending_effects for the timer
// of a deadline that also counts while it is queued. Tasks left out by `only` are skipped from the
// beginning, reused ones succeeded with attempts = 0; a reused task is never left out.
Run make_run(const Dag& dag, const RunOptions& options, Now now);

// Fills what rows do not hold (upstream counts, ready_since, timers, open) after tasks were loaded
// from storage. Timers are rebased: what was left of a delay by wall clock, at most the whole
// delay, counts from now.
void restore_derived(const Dag& dag, Run& run, Now now);

}  // namespace tidemill
