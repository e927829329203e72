// Shows one run while it goes on: repainted lines on a terminal, plain lines elsewhere. Large runs
// are counted instead of listed. Fed by the scheduler after each commit; scheduler thread only.
#pragma once

#include <map>
#include <string>

#include "cli/painter.h"
#include "cli/progress_view.h"
#include "core/eta.h"
#include "scheduler/observer.h"

namespace tidemill {

struct WatchOptions {
  int fd = 1;          // where to show it
  bool quiet = false;  // only what needs attention
  int slots = 1;
};

class RunWatcher : public Observer {
 public:
  explicit RunWatcher(WatchOptions options) : options_(options), painter_(options.fd) {}

  // From here on this run is shown; `run` is as it is now.
  void watch(DagPtr dag, Run run, TaskHistory history);
  void repaint(WallTime now);
  void say(const std::string& line) { painter_.permanent(line); }
  void stop() { painter_.clear(); }
  // Lines are repainted on a terminal.
  bool is_live() const { return painter_.terminal().interactive && !options_.quiet; }

  void on_commit(const Batch& batch) override;
  void on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) override;
  void on_deadline_missed(RunId run) override;
  void on_note(const std::string& note) override;

 private:
  void apply(const TaskRow& row);
  bool is_worth_a_line(const TaskRun& task) const;
  void count_large_run(WallTime now);

  WatchOptions options_;
  Painter painter_;
  DagPtr dag_;
  Run run_;
  TaskHistory history_;
  std::map<TaskIndex, TaskProgress> progress_;
  WallTime last_count_{};
};

}  // namespace tidemill
