// The live picture of a run on a terminal, as lines of text. Pure: the same run, time and terminal
// give the same lines; the painter (cli/painter.h) puts them on the screen.
//
//   listing_category · run 12  ━━━━━━━━━━━━──────────  5 of 9  1m 02s  about 40s left
//     ▶ train_fasttext     22s  ━━━━━━──────── 42 % epoch 3 of 5
//     ↻ extract                 next attempt in 8s: exit code 1; retry 1 of 2
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/terminal.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

struct TaskProgress {
  double fraction = 0;  // 0 to 1
  std::string text;
};

struct ProgressInput {
  const Dag& dag;
  const Run& run;
  const std::map<TaskIndex, TaskProgress>& progress;
  std::optional<Duration> eta;
  WallTime now;
};

// At most `max_tasks` task lines, and no more than the terminal is high; the rest are counted in
// one line.
std::vector<std::string> render_progress(const ProgressInput& input, const Terminal& terminal,
                                         std::size_t max_tasks = 12);

// "━━━━────" for 0..1.
std::string progress_bar(double fraction, std::size_t columns);

// One permanent line about a task that changed: "extract succeeded in 8.1s"; empty when the change
// is not worth a line (waiting, ready, dispatched).
std::string describe_change(const Dag& dag, const TaskRun& task, TaskIndex index,
                            const Terminal& terminal);

}  // namespace tidemill
