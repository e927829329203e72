// The shell around the engine: sockets, clock, database, the local agent.
//
//   turn: wait ▸ read everything that is there ▸ engine ▸ seal ▸ commit ▸ effects ▸ flush
//
// While the writer thread commits a large batch the loop goes on gathering; the next batch is
// sealed when that one is done. Nothing is sent before its commit has returned.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "scheduler/committer.h"
#include "scheduler/depot.h"
#include "scheduler/engine.h"
#include "scheduler/files_in_place.h"
#include "scheduler/links.h"
#include "scheduler/local_agent.h"
#include "scheduler/mutation.h"
#include "scheduler/past_reader.h"
#include "scheduler/scheduler.h"
#include "scheduler/storage/reader.h"
#include "scheduler/stuck_tasks.h"

namespace tidemill {

class Scheduler::Loop {
 public:
  static Result<std::unique_ptr<Loop>> open(SchedulerConfig config);

  Result<RunId> submit(SubmitRequest request);
  void post(std::function<void(Scheduler&)> command);
  void mutate(Mutation mutation);  // the loop's thread
  Status run_until(Scheduler& self, const std::function<bool()>& done);
  Status close();
  // Nothing is unfinished and nothing waits for a commit.
  bool is_idle() const {
    return engine_->live_runs() == 0 && !engine_->patience() && in_flight_ == nullptr &&
           operations_.empty();
  }

  // Its connection is closed and it is told why; what it runs goes on until its lease ends.
  void cut_worker(const std::string& worker, const std::string& why);
  int workers_port() { return links_->door() == nullptr ? 0 : links_->door()->port(); }
  Status reload_door() { return links_->door() == nullptr ? Ok{} : links_->door()->reload(); }

  void set_planner(Planner& planner) { config_.planner = &planner; }
  Engine& engine() { return *engine_; }
  void expect(const Dag& dag, const TaskHistory& history) { engine_->expect(dag, history); }
  const Figures& figures() const { return figures_; }
  const std::vector<RunId>& recovered() const { return recovered_; }

 private:
  explicit Loop(SchedulerConfig config) : config_(std::move(config)) {}
  Status open_files();
  Status recover();
  using DagCache = std::map<std::int64_t, DagPtr>;  // by version
  Status restore(RunId run, DagCache& dags, Now now);

  Status turn(Scheduler& self);
  Status look_after_agent(Now now);
  Status watch_agent();
  Duration sleep_time(Now now) const;
  void take_commands(Scheduler& self);
  void feed(Links::Inbox inbox, Now now);
  void feed(LinkId link, const Message& message, Now now);
  void carry(LinkId link, const message::Piece& piece);
  void carry(LinkId link, const message::Fetch& fetch);
  bool may_carry(LinkId link, AttemptId attempt, const std::string& hash);
  void hand_out_answers();
  void greet(LinkId link, const message::Hello& hello, Now now);
  void tell_turned_away(const std::vector<TurnedAway>& turned_away, Now now);
  void cut_off(LinkId link, const std::string& why);
  Status finish_commit();
  Status seal_if_due(Now now);
  Status commit(Turn turn);
  Turn seal(Now now);
  void plan(Now now);
  void recall();
  void do_chores(Now now);
  bool began_checkpoint();
  Status settle();  // seals and commits everything, waiting for it
  void perform(Turn& turn);
  void send_start(shell_effect::SendStart& effect);
  void note(const std::string& text);

  SchedulerConfig config_;
  Fd lock_;
  FilesInPlace files_;
  std::unique_ptr<Turn> in_flight_;       // being committed by the writer thread, which reads it
  std::unique_ptr<Committer> committer_;  // after what it reads: its end waits for that thread
  std::optional<RunReader> reader_;
  std::optional<Engine> engine_;
  std::optional<Links> links_;
  std::unique_ptr<Depot> depot_;  // there when there is a door
  std::optional<LocalAgent> agent_;
  int watched_agent_ = -1;
  StuckTasks stuck_;
  BootTime next_refusal_{};    // when the next note about a stranger is due
  std::int64_t refusals_ = 0;  // not noted since the last
  Fd wakeup_;

  std::optional<BootTime> seal_by_;  // when what waits must be committed
  std::optional<BootTime> wake_at_;  // the engine's next timer
  std::vector<RunId> recovered_;
  std::vector<std::shared_ptr<Operation>> operations_;  // of the next batch
  std::vector<std::function<void()>> answers_;          // likewise
  std::vector<std::pair<AttemptId, std::string>> failed_starts_;
  Figures figures_;
  std::string failure_;  // why nothing happens any more

  std::mutex mutex_;  // guards what follows
  std::vector<std::function<void(Scheduler&)>> commands_;
  // Made when it is first asked; last, because its thread posts commands.
  std::optional<PastReader> past_;
};

}  // namespace tidemill
