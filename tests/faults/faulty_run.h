// One `tidemill run` of a small DAG that is hurt once, repaired by giving the same command again,
// and then judged by a ledger that the tasks themselves wrote.
#pragma once

#include <string>
#include <vector>

#include "scheduler/storage/reader.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {

class FaultyRun {
 public:
  FaultyRun();
  ~FaultyRun();  // ends what is left of the worker

  // The process that passes `point` for the n-th time kills itself.
  void run_with_fault_point(const std::string& point, int pass);
  // kill -9 of the holder of the lock file (relative to the data directory) once the tasks have
  // written `lines` lines to the ledger.
  void run_and_kill(const std::string& lock_file, std::size_t lines);

  bool was_hurt() const { return hurt_; }
  // Everything that must hold afterwards. `tasks_may_die`: the supervisor was the victim, so an
  // attempt whose process wrote its last line may still count as lost.
  void expect_all_is_well(bool tasks_may_die);

 private:
  struct Line {
    char kind = 'S';  // S start, E end
    AttemptId attempt;
    std::string task;
  };
  std::vector<std::string> command() const;
  void finish(testing::ChildProcess& first);
  bool is_finished() const;
  std::vector<Line> ledger() const;
  std::size_t ledger_lines() const;
  std::int64_t pid_in(const std::string& lock_file) const;
  void expect_ledger_fits(RunReader& reader, const StoredRun& run, bool tasks_may_die);

  testing::TemporaryDirectory folder_;
  std::string data_dir_;
  bool hurt_ = false;
  int rounds_ = 0;
};

}  // namespace tidemill
