// All run state and every decision of a scheduler, without clock, thread, socket or database: told
// what happened, it answers with rows to commit and effects to perform after that commit.
//
//   take in what happened (submit, on_ended …), any number of times
//   seal() ──▶ Turn: a batch and the effects that may be performed once the batch is committed
//
// Turns are committed in the order in which they were sealed; the engine goes on in memory while a
// commit is on its way. When a commit fails the process ends: nobody was told anything that is
// lost. After a crash, restore() loads the rows and everything unfinished is derived again. There
// is no other recovery. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/dag.h"
#include "core/event.h"
#include "core/placement.h"
#include "core/run_machine.h"
#include "protocol/messages.h"
#include "scheduler/batch_builder.h"
#include "scheduler/live_run.h"
#include "scheduler/param_seal.h"
#include "scheduler/shell_effect.h"
#include "scheduler/storage/rows.h"
#include "scheduler/worker_book.h"

namespace tidemill {

struct SubmitRequest {
  DagPtr dag;
  std::int64_t known_version = 0;  // of the dag in storage; 0 = look in this engine, else new
  std::string directory;           // absolute; the DAG file's folder
  std::string origin;              // who asks: "ann", "tidemill run"
  RunOptions options;              // its id is ignored
  TriggerKind trigger = TriggerKind::manual;
  std::int64_t backfill = 0;  // the one that it belongs to; 0 = none
};

struct Turn {
  Batch batch;
  std::vector<ShellEffect> effects;            // in order, after the commit
  std::vector<std::function<void()>> answers;  // after the effects
  std::optional<BootTime> wake_at;             // call wake() then; none = nothing waits for time
  bool empty() const { return batch.empty() && effects.empty(); }
};

class Engine {
 public:
  // As the writer's start says.
  Engine(std::int64_t epoch, const Counters& counters);

  // Before anything else; it must outlive the engine. Null = parameters are stored as they are.
  void set_param_seal(ParamSeal* seal) { param_seal_ = seal; }
  ParamSeal* param_seal() const { return param_seal_; }

  // Before anything else: what the database holds. Workers first.
  void restore_worker(const WorkerRow& row);
  Status restore_run(const StoredRun& stored, DagPtr dag, Now now);

  // When max_active_runs of the dag are running: the run queues behind them, is refused
  // (`conflict`), or they are cancelled, as the dag's on_overlap says.
  Result<RunId> submit(const SubmitRequest& request, Now now);
  enum class Force { no, yes };  // yes: also KILL what is live, without grace
  Status cancel(RunId run, const std::string& by, const std::string& reason, Force force, Now now);

  // Control by people: engine_control.cc; what each means is in core/run_machine.h, and
  // core/clear.h plans exactly what clear and mark change. `by` and `reason` become part of the
  // run's history. Refusals change nothing: `conflict` when the state forbids it, `invalid` for a
  // senseless choice, `not_found` for a run that is not in memory, `unavailable` for one that ends
  // in this very turn (ask again in the next).
  Status pause(RunId run, const std::string& by, const std::string& reason, Now now);
  Status resume(RunId run, const std::string& by, const std::string& reason, Now now);
  // Retry of what failed: no tasks, ClearReach::failed.
  Result<ClearPlan> clear(RunId run, const std::vector<TaskIndex>& tasks, ClearReach reach,
                          const std::string& by, const std::string& reason, Now now);
  Result<ClearPlan> mark(RunId run, const std::vector<TaskIndex>& tasks, TaskState to,
                         const std::string& by, const std::string& reason, Now now);
  // Tasks that wait for a retry are tried now; none named = all of them.
  Status hurry(RunId run, const std::vector<TaskIndex>& tasks, const std::string& by,
               const std::string& reason, Now now);
  // What a look has found. Nothing happens when the task does not wait for that any more.
  void on_looked(RunId run, event::Looked looked, Now now);
  // A person's answer to an approval. `invalid` when the form is not filled in as it must be;
  // `conflict`, with who decided and when, when there is an answer already.
  Status answer(RunId run, event::Decided decided, const Json& fields, Now now);

  // Takes a run that has ended back into memory, so that clear() or mark() can be asked for;
  // without one of them it is forgotten again by the next seal(). Its rows must be those of every
  // commit so far. A reopened run is queued, and starts when max_active_runs lets it. No harm when
  // it is in memory already.
  Status reopen(const StoredRun& stored, DagPtr dag, Now now);

  // Workers on other machines hold their attempts by a lease; those beside us (0) for ever.
  void on_hello(LinkId link, const message::Hello& hello, Now now, Duration lease = {});
  void on_heartbeat(LinkId link, const message::Heartbeat& heartbeat, Now now);
  void on_heard(LinkId link, Now now);  // for every message
  void on_started(LinkId link, const message::Started& started, Now now);
  void on_ended(LinkId link, const message::Ended& ended, Now now);
  void on_gone(LinkId link);  // the connection is closed; its attempts go on

  // Leases: engine_leases.cc. Three beats of silence, or half a short lease, make a worker
  // unreachable: it is granted nothing. When its lease has certainly ended, its attempts end as
  // lost, but those of a dag whose on_partition is continue.
  static constexpr Duration kBeat = std::chrono::seconds(10);
  static constexpr int kBeatsToMiss = 3;
  // What the worker needs to end what it runs is within the lease; this is for clocks that differ.
  static constexpr Duration kLeaseMargin = std::chrono::seconds(5);
  // A person says that what it ran is gone for good: its attempts end as lost. `conflict` while it
  // may still be running them: when it is in reach, or its lease has not ended.
  Result<int> give_up(const std::string& worker, const std::string& by, const std::string& reason,
                      Now now);
  // A draining worker goes on with what it has and gets nothing new, also after a reconnect.
  Status drain(const std::string& worker, bool draining, Now now);

  // A granted attempt that could not be sent (a secret is missing): it ends without having begun.
  void fail_start(AttemptId attempt, const std::string& message, Now now);

  void wake(Now now);

  // Grants nothing while `reason`, a sentence part ("the disk is nearly full"), is not empty.
  void hold_grants(const std::string& reason);
  const std::string& held_because() const { return held_because_; }

  // What earlier runs of this version took by task, for the order among tasks of one run
  // (core/way_ahead.h): engine_past.cc. Runs that know nothing yet are ordered by it from now on,
  // others keep what they began with.
  void expect(const Dag& dag, const TaskHistory& history);
  // Versions of which runs began and whose past is to be read (again) and told to expect(). Until
  // then tasks go in the order in which they became ready.
  std::vector<DagPtr> take_wanted_pasts();
  static constexpr Duration kPastIsFresh = std::chrono::seconds(10);

  // The number of this version in storage, which it gets now when it has none. `known`: what
  // storage says; 0 = it does not have it.
  std::int64_t version_for(const Dag& dag, std::int64_t known, Now now);

  // Grants what fits, and hands over everything since the last call.
  Turn seal(Now now);

  // How long the next seal() may wait so that commits group: nullopt = there is nothing to commit;
  // zero = somebody waits for it. A started attempt is only news for people; an end that makes room
  // at a worker with more to do holds nobody up either.
  std::optional<Duration> patience() const { return patience_; }
  static constexpr Duration kNewsMayWait = std::chrono::milliseconds(20);
  static constexpr Duration kEndMayWait = std::chrono::milliseconds(2);

  // What a live attempt may read of what others made.
  const std::vector<RenderedInput>& inputs_of(AttemptId attempt);
  // When wake() is to be called; nullopt = nothing waits for time.
  std::optional<BootTime> next_wake() const;

  // Whether this link's worker holds this live attempt: what it says about others counts nothing.
  bool holds(LinkId link, AttemptId attempt) const;
  std::vector<AttemptId> attempts_of(WorkerId worker) const;  // live, in order
  WorkerState state_of(const KnownWorker& worker, Now now) const;
  // When the lease of a worker that is not heard ends for certain; nullopt = it has none.
  static std::optional<BootTime> lease_end(const KnownWorker& worker);
  // The task of a live attempt.
  std::optional<std::pair<RunId, TaskIndex>> task_of(AttemptId attempt) const;

  std::int64_t epoch() const { return epoch_; }
  std::size_t live_runs() const { return runs_.size(); }
  std::size_t unfinished_runs(const std::string& dag) const;
  bool is_live(RunId run) const { return runs_.contains(run); }
  std::size_t live_attempts() const { return attempts_.size(); }
  const LiveRun* find(RunId run) const;
  // Approvals that wait for an answer, oldest run first.
  const std::set<std::pair<RunId, TaskIndex>>& approvals() const { return approvals_; }
  const Placement& placement() const { return placement_; }
  const WorkerBook& workers() const { return workers_; }
  // Re-derives what is kept incrementally; a bug is a CHECK. For tests and the simulator.
  void check() const;

 private:
  bool seals(const Dag& dag) const;
  Result<std::string> sealed(const Dag& dag, const Json::Object& params);
  Status open_params(LiveRun& live);
  struct LiveAttempt {
    RunId run;
    TaskIndex task = 0;
    WorkerId worker;
    std::optional<std::vector<RenderedInput>> inputs{};  // rendered when they are asked for
  };
  struct DagQueue {
    std::set<RunId> queued;
    std::size_t running = 0;
  };

  // By the name of the dag.
  struct Past {
    std::string content_hash;
    std::shared_ptr<const WayAhead> ahead;  // null = not told yet, or nothing is known
    BootTime asked_at{};
    bool has_news = false;  // a run of it has ended since it was asked for
  };

  LiveRun& at(RunId run);
  RunId adopt(LiveRun live);
  void recall(LiveRun& live, Now now);
  void order_by(LiveRun& live, const std::shared_ptr<const WayAhead>& ahead);
  void set_pools(const LiveRun& live);
  Status settle_overlap(const Dag& dag, Now now);

  // Feeds the machine and carries out what it asks for.
  Transition apply(LiveRun& live, const Event& event, Now now);
  void record(LiveRun& live, const Event& event, const Transition& transition, Now now);
  void note_state(const LiveRun& live, RunState before);
  Status control(LiveRun& live, const Event& event, Now now);
  Result<LiveRun*> to_change(RunId run);
  void carry_out(LiveRun& live, const Effect& effect);
  void look(const LiveRun& live, TaskIndex task);
  void note_approval(const LiveRun& live, TaskIndex task);
  void note_wake(LiveRun& live);
  event::Wake wake_of(const LiveRun& live, Now now) const;

  void end_attempt(AttemptId attempt, const Outcome& outcome, Now now);
  void late_end(AttemptId attempt, WorkerId worker, const Outcome& outcome, Now now);
  void measure(WorkerId worker, const Outcome& outcome);
  void acknowledge(LinkId link, AttemptId attempt);
  template <typename E>
  void emit(E effect) {
    effects_.emplace_back(std::in_place_type<E>, std::move(effect));
  }
  void send(LinkId link, Message message);
  void send_start(const KnownWorker& worker, const LiveRun& live, message::Start start);
  void send_stop(AttemptId attempt, Cause why, bool force);

  static Duration longest_silence(const KnownWorker& worker);
  bool lease_ended(const KnownWorker& worker, Now now) const;
  std::optional<BootTime> next_look_at(const KnownWorker& worker) const;
  bool has_attempt_to_end(const KnownWorker& worker) const;
  void look_after_workers(Now now);
  void take_out_of_reach(KnownWorker& worker, Now now);
  void end_lease(KnownWorker& worker, Now now);
  int lose_attempts(const KnownWorker& worker, const std::string& why, bool all, Now now);
  void offer(const KnownWorker& worker);

  KnownWorker* admit_worker(LinkId link, const message::Hello& hello, Now now);
  void compare_inventory(KnownWorker& worker, const message::Hello& hello, bool rebooted, Now now);
  void settle_known(const KnownWorker& worker, const message::KnownAttempt& known, Now now);
  void settle_unknown(const KnownWorker& worker, AttemptId attempt, bool rebooted, Now now);
  void resend_start(const KnownWorker& worker, AttemptId attempt, Now now);
  void resend_stops(const KnownWorker& worker);

  void start_queued_runs(Now now);
  void grant_ready(Now now);
  void grant(const Grant& grant, Now now);
  void forget_ended_runs();
  void use_counters() { counters_changed_ = true; }
  void hurry(Duration at_most) { patience_ = std::min(patience_.value_or(at_most), at_most); }
  void hurry_after_end(const LiveAttempt& ended, const Transition& transition);
  AttemptId next_attempt();

  std::int64_t epoch_;
  Counters counters_;              // next_attempt: the end of the block that was set aside
  std::int64_t next_attempt_ = 1;  // within the block
  bool counters_changed_ = false;

  ParamSeal* param_seal_ = nullptr;
  Placement placement_;
  std::string held_because_;
  WorkerBook workers_;
  std::unordered_map<RunId, LiveRun> runs_;
  std::unordered_map<AttemptId, LiveAttempt> attempts_;
  // Attempts that were given up while their run goes on: late reports on them are evidence.
  std::unordered_map<AttemptId, LiveAttempt> given_up_;
  std::map<std::pair<std::string, std::string>, std::int64_t> versions_;  // by name and hash
  std::map<std::string, DagQueue> dags_;
  std::set<std::pair<RunId, TaskIndex>> approvals_;  // awaiting_input
  std::map<std::string, Past> pasts_;
  std::map<std::string, DagPtr> wanted_pasts_;
  std::set<std::string> unsettled_dags_;  // a queued run of them may be able to start
  std::set<std::pair<BootTime, RunId>> wakes_;

  BatchBuilder builder_;
  std::optional<Duration> patience_;
  std::vector<ShellEffect> effects_;
  std::map<LinkId, std::vector<AttemptId>> acknowledged_;  // of this turn
  std::vector<RunId> ended_;                               // of this turn
  std::set<RunId> looked_at_;  // ended before this turn and taken back by reopen()
};

}  // namespace tidemill
