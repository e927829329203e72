#include "cli/run_watcher.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {
namespace {

// Runs with more tasks are counted: a line per task would be slower than the tasks and unreadable.
constexpr std::uint32_t kMaxListedTasks = 200;
constexpr Duration kCountEvery = std::chrono::seconds(2);

void copy_row(const TaskRow& row, TaskRun& task) {
  task.state = row.state;
  task.cause = row.cause;
  task.tolerated = row.tolerated;
  task.retries = row.retries;
  task.losses = row.losses;
  task.attempts = row.attempts;
  task.exit_code = row.exit_code;
  task.attempt = row.attempt;
  task.ready_at = row.ready_at;
  task.started_at = row.started_at;
  task.ended_at = row.ended_at;
  task.retry_at = row.retry_at;
  task.reason = row.reason;
}

}  // namespace

void RunWatcher::watch(DagPtr dag, Run run, TaskHistory history) {
  dag_ = std::move(dag);
  run_ = std::move(run);
  history_ = std::move(history);
}

bool RunWatcher::is_worth_a_line(const TaskRun& task) const {
  if (task.state == TaskState::failed || task.state == TaskState::retry_wait) return true;
  if (options_.quiet || dag_->task_count > kMaxListedTasks) return false;
  return task.state != TaskState::running || !painter_.terminal().interactive;
}

void RunWatcher::apply(const TaskRow& row) {
  TaskRun& task = run_.tasks[row.task];
  const TaskState before = task.state;
  copy_row(row, task);
  if (row.task < dag_->task_count && !is_terminal(before) && is_terminal(task.state)) --run_.open;
  if (row.task < dag_->task_count && is_terminal(before) && !is_terminal(task.state)) ++run_.open;
  if (task.state != TaskState::running) progress_.erase(row.task);
  if (task.state == before || !is_worth_a_line(task)) return;
  const std::string line = describe_change(*dag_, task, row.task, painter_.terminal());
  if (!line.empty()) painter_.permanent(line);
}

void RunWatcher::on_commit(const Batch& batch) {
  if (dag_ == nullptr) return;
  for (const RunWrite& write : batch.runs) {
    if (write.row.id != run_.id) continue;
    run_.state = write.row.state;
    run_.cancelling = write.row.cancelling;
    run_.started_at = write.row.started_at;
  }
  for (const TaskWrite& write : batch.tasks) {
    if (write.row.run == run_.id) apply(write.row);
  }
}

void RunWatcher::on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) {
  if (run == run_.id && task < run_.tasks.size()) progress_[task] = {fraction, text};
}

void RunWatcher::on_deadline_missed(RunId run) {
  if (run != run_.id) return;
  painter_.permanent(
      styled(painter_.terminal(), Style::yellow,
             fmt::format("! the run is late: its deadline ({} after it was {}) has passed",
                         format_duration(dag_->deadline->after),
                         dag_->deadline->from == Deadline::From::started ? "started" : "due")));
}

void RunWatcher::on_note(const std::string& note) {
  if (!options_.quiet)
    painter_.permanent(styled(painter_.terminal(), Style::dim, "  " + printable(note, 300)));
}

void RunWatcher::count_large_run(WallTime now) {
  if (options_.quiet || dag_->task_count <= kMaxListedTasks || now - last_count_ < kCountEvery)
    return;
  if (last_count_.us != 0) {
    painter_.permanent(
        fmt::format("{} of {} tasks done", dag_->task_count - run_.open, dag_->task_count));
  }
  last_count_ = now;
}

void RunWatcher::repaint(WallTime now) {
  if (dag_ == nullptr) return;
  if (!painter_.terminal().interactive) {
    count_large_run(now);
    return;
  }
  if (options_.quiet) return;
  painter_.probe();
  const auto eta = remaining_time(*dag_, run_, history_, options_.slots, now);
  painter_.paint(render_progress({*dag_, run_, progress_, eta, now}, painter_.terminal()));
}

}  // namespace tidemill
