// A scheduler as a value of its embedder: `tidemill run` today, a daemon later. It owns the data
// directory (one at a time, by lock), the database, the socket for agents and, unless told not to,
// one local agent.
//
//   <data>/tidemill.db           the database
//   <data>/scheduler.lock        held while it lives; holds its pid
//   <data>/run/scheduler.sock    agents connect here
//
// All calls are made by one thread, the one that calls run_*, except post() and cancel(), which any
// thread may call. After an error of a run_* call (a failed commit: disk full, I/O error) nothing
// more happens; end the process, the next start recovers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scheduler/chore.h"
#include "scheduler/engine.h"
#include "scheduler/mutation.h"
#include "scheduler/observer.h"
#include "scheduler/planner.h"
#include "scheduler/storage/open.h"
#include "scheduler/worker_door.h"

namespace tidemill {

struct SchedulerConfig {
  std::string data_dir;  // absolute; made when absent
  // The program and its first arguments that start the local agent, for example
  // {"/usr/bin/tidemill", "worker", "--data-dir", dir}. Empty = agents are started by others.
  std::vector<std::string> agent_command;
  // Where workers of other machines come in; none = they do not.
  std::optional<WorkerDoorConfig> workers;
  Duration worker_lease = std::chrono::seconds(60);  // of those
  Durability durability = Durability::power_loss;
  bool allow_network_file_system = false;
  Observer* observer = nullptr;  // may be null; must outlive the scheduler
  Planner* planner = nullptr;    // likewise

  std::vector<Chore> chores;
  // As StorageOptions::make_room.
  std::function<bool()> make_room;
  // Called before each step that brings an older database up to date, with what it is.
  std::function<void(const std::string&)> on_migration;

  // A stored dag version back as a Dag, for runs that an earlier scheduler left. Required.
  std::function<Result<DagPtr>(const DagVersionRow& version, const std::string& directory)>
      load_dag;
  // Begins a look at what a task waits for, after the commit; the answer goes to
  // Scheduler::looked. Called on the scheduler's thread, must not block. Null = nobody looks, and
  // such tasks wait until their timeout.
  std::function<void(shell_effect::Look)> look;
  // Whether it reads, on a thread of its own, what dags took before when runs of them begin.
  // Otherwise that is known only as far as expect() tells it.
  bool recalls_past = false;
  // The value of a secret at the moment of sending. Null = there are no secrets.
  std::function<Result<std::string>(const std::string& name)> secret;
  // Seals secret parameters in rows; must outlive the scheduler. Null = they are stored in clear.
  ParamSeal* params = nullptr;
};

class Scheduler {
 public:
  // Takes the data directory and loads every unfinished run; nothing moves before run_*.
  static Result<std::unique_ptr<Scheduler>> open(SchedulerConfig config);
  ~Scheduler();

  // Before run_*; it must outlive the scheduler. For a planner that reads the database, which is
  // there only once the scheduler is open.
  void set_planner(Planner& planner);

  // Runs that an earlier scheduler left unfinished, oldest first.
  const std::vector<RunId>& recovered() const;

  // The run exists durably when this returns.
  Result<RunId> submit(SubmitRequest request);

  // Any thread. The first asks tasks to stop, with their grace; Force::yes kills.
  void cancel(RunId run, std::string by, std::string reason, Engine::Force force);
  // Any thread: runs the function between two turns.
  void post(std::function<void(Scheduler&)> command);
  // Any thread: the answer to a shell_effect::Look.
  void looked(RunId run, event::Looked answer);
  // As Engine::expect.
  void expect(const Dag& dag, const TaskHistory& history);
  // Any thread: decides, commits, then answers through `done`.
  void mutate(Mutation mutation);
  // Any thread but the scheduler's: mutate() and wait for the answer; `unavailable` when none comes
  // within `patience`, which does not say that nothing was done.
  Result<Json> change(Mutation mutation, Duration patience);
  // Likewise for a look at the present state, which nothing is committed for.
  using Question = std::function<Result<Json>(const Engine&, Now)>;
  Result<Json> ask(Question question, Duration patience);

  // The port on which workers of other machines come in, as bound; 0 = they do not. Any thread.
  int workers_port() const;
  // Any thread. Closes the connection of a worker of another machine, when it has one, and tells it
  // why. What it runs goes on until its lease ends.
  void cut_worker(std::string worker, std::string why);
  // Any thread: takes the certificate of that door anew at the next turn; `done` says what came of
  // it, on the scheduler's thread.
  void reload_door(std::function<void(const Status&)> done);

  // Until no run is unfinished.
  Status run_until_idle();
  // Until `done` says so; it is asked after every turn.
  Status run_until(const std::function<bool()>& done);

  // Ends the local agent (its tasks go on in its supervisor when there are any), empties the
  // write-ahead log and records a clean stop. The destructor alone leaves everything as a kill
  // does.
  Status close();

  const Engine& engine() const;
  std::int64_t epoch() const;
  // Figures of this process, for measurements.
  struct Figures {
    std::int64_t turns = 0, commits = 0, inline_commits = 0, rows = 0;
    Duration commit_time{}, longest_commit{}, longest_turn{};
  };
  const Figures& figures() const;

 private:
  class Loop;
  explicit Scheduler(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace tidemill
