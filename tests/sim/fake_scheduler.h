// The scheduler's process in the simulation: the real engine and the real database on a disk in
// memory, with the loop's rules (one commit at a time, effects after it) and a crash between any
// two steps. What it knows dies with it; the disk and the mirror stay.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "scheduler/engine.h"
#include "scheduler/storage/memory_disk.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/sim/mirror.h"
#include "tests/sim/network.h"

namespace tidemill::sim {

// Deliberate bugs, to see that the checkers see them.
enum class Sabotage {
  none,
  send_before_commit,
  acknowledge_before_commit,
  lose_a_commit,  // a commit that says it was done and was not
  forget_fence,   // a report on an old attempt is taken for the live one of its task
};

class FakeScheduler {
 public:
  struct World {
    Timeline& timeline;
    Trace& trace;
    Network& network;
    Mirror& mirror;
    const Plan& plan;
  };

  FakeScheduler(World world, Random random, Sabotage sabotage)
      : world_(world),
        random_(random),
        sabotage_(sabotage),
        crashes_left_(world.plan.scheduler_crashes) {}

  void start();
  bool is_up() const { return engine_.has_value(); }
  // Waits for the current process's commits; false when it is down.
  void submit(std::size_t planned_run);
  void cancel(RunId run);
  // A person does something to a run, also to one that has ended. Clear and mark only where they
  // are allowed.
  void control(RunId run, bool may_undo);
  void resume(RunId run);
  void on_message(LinkId link, const Message& message);
  void on_link_end(LinkId link);
  void jump_clock(std::int64_t us);
  void stop_crashing() { crashes_left_ = 0; }
  void crash(const char* where);

  bool is_idle() const {
    return is_up() && engine_->live_runs() == 0 && !engine_->patience() && !turn_;
  }
  std::string describe() const;
  // What an outsider reads from the file.
  Result<RunReader> reader() { return RunReader::open("tidemill.db", disk_.vfs()); }
  Result<DatasetReader> datasets() { return DatasetReader::open("tidemill.db", disk_.vfs()); }
  std::int64_t commits() const { return commits_; }

 private:
  bool open();
  message::Ended unfenced(message::Ended ended) const;
  Status act(RunId run, const Dag& dag, bool may_undo);
  Status take_back(RunId run);
  std::vector<TaskIndex> some_tasks(const Dag& dag);
  Status recover();
  void touch();  // something happened: consider sealing
  void consider();
  void finish_commit();
  void perform();
  void perform_one(ShellEffect& effect);
  void look(RunId run, TaskIndex task, WallTime since);
  void arm();
  bool crashes_here(const char* where, int per_mille);
  Now now() const;

  World world_;
  Random random_;
  Sabotage sabotage_;
  int crashes_left_;
  MemoryDisk disk_;
  std::unique_ptr<Writer> writer_;
  std::optional<Engine> engine_;
  std::optional<Turn> turn_;  // whose commit is on its way
  std::uint64_t life_ = 0;  // rises with every start and crash: timers of an earlier life are void
  std::int64_t seal_by_ = INT64_MAX;
  bool considering_ = false;
  std::int64_t wall_shift_us_ = 0;
  std::int64_t boot_shift_us_ = 0;  // the boot clock begins anew after a restart of the host
  std::int64_t commits_ = 0;
};

}  // namespace tidemill::sim
