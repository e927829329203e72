#include "tests/sim/mirror.h"

#include "base/text.h"
#include "core/history.h"

namespace tidemill::sim {

void Mirror::on_commit(const Batch& batch) {
  for (const RunWrite& write : batch.runs) {
    if (write.is_new) add_run(write.row);
  }
  note_control(batch);
  // Rows of a run's own change come last: what a cancel forbids holds for later batches.
  for (const TaskWrite& write : batch.tasks) on_task(write);
  for (const AttemptRow& row : batch.attempts) on_attempt(row);
  for (const DatasetUpdateRow& row : batch.dataset_updates) on_update(row);
  for (const RunWrite& write : batch.runs) on_run(write.row);
  if (!grants_.empty()) last_grant_ = grants_.rbegin()->first;
}

void Mirror::note_control(const Batch& batch) {
  cleared_.clear();
  resumed_.clear();
  for (const EventRow& event : batch.events) {
    if (event.is_control()) {
      cleared_.insert(event.run);
      runs_[event.run].changed_by_hand = true;
    } else if (event.kind == "resume") {
      resumed_.insert(event.run);
    }
  }
  for (const RunWrite& write : batch.runs) {
    MirrorRun& run = runs_[write.row.id];
    // The cancel was of the life before.
    if (write.row.reopened > run.row.reopened) run.row.cancelling = false;
    // A cancel ends a pause, and its hooks run.
    if (write.row.cancelling && !write.row.paused) resumed_.insert(write.row.id);
  }
}

void Mirror::on_run(const RunRow& row) {
  MirrorRun& run = runs_[row.id];
  const bool reopened = cleared_.contains(row.id) && row.reopened == run.row.reopened + 1;
  if (row.reopened != run.row.reopened && !reopened) {
    trace_.broken("I7 run {} was reopened without a clear or mark", row.id.value);
  }
  if (is_terminal(run.row.state) && row.state != run.row.state && !reopened) {
    trace_.broken("I7 run {} left its terminal state", row.id.value);
  }
  run.row = row;
}

void Mirror::add_run(const RunRow& row) {
  if (runs_.contains(row.id)) return trace_.broken("I9 run id {} was used twice", row.id.value);
  MirrorRun& run = runs_[row.id];
  run.row = row;
  for (std::size_t i = 0; i < plan_.dags.size(); ++i) {
    if (plan_.dags[i].dag->name == row.dag_name) run.planned_dag = i;
  }
  run.tasks.resize(plan_.dags[run.planned_dag].dag->tasks.size());
}

void Mirror::on_task(const TaskWrite& write) {
  MirrorRun& run = runs_[write.row.run];
  TaskRow& known = run.tasks[write.row.task];
  const bool left = is_terminal(known.state) && known.state != write.row.state;
  if (left && !cleared_.contains(write.row.run)) {
    trace_.broken("I7 task {} of run {} went from {} to {}", write.row.task, write.row.run.value,
                  to_word(known.state), to_word(write.row.state));
  }
  const bool is_grant = write.row.state == TaskState::dispatched &&
                        write.row.attempt != known.attempt;
  known = write.row;
  if (is_grant) on_grant(known, run);
}

void Mirror::on_grant(const TaskRow& row, const MirrorRun& run) {
  trace_.line("committed grant {} of {}:{} to worker {}", row.attempt.value, row.run.value,
              row.task, row.worker.value);
  // Within a batch rows keep the place of their task's first change.
  if (row.attempt <= last_grant_ || grants_.contains(row.attempt)) {
    trace_.broken("I9 attempt id {} is not above {}", row.attempt.value, last_grant_.value);
  }
  const bool is_hook = row.task >= planned(run).dag->task_count;
  if (run.row.cancelling && !is_hook) {
    trace_.broken("I17 attempt {} was granted after the cancel of run {}", row.attempt.value,
                  row.run.value);
  }
  if (run.row.paused && !resumed_.contains(row.run)) {
    trace_.broken("attempt {} was granted while run {} was paused", row.attempt.value,
                  row.run.value);
  }
  grants_[row.attempt] = {row.run, row.task, row.attempts, row.worker, false};
}

void Mirror::on_attempt(const AttemptRow& row) {
  trace_.line("committed end of {}: {} exit {}", row.attempt.value, to_word(row.cause),
              row.exit_code);
  const auto granted = grants_.find(row.attempt);
  if (granted == grants_.end()) {
    return trace_.broken("I4 attempt {} ended without a committed grant", row.attempt.value);
  }
  if (granted->second.ended) return trace_.broken("I8 attempt {} ended twice", row.attempt.value);
  granted->second.ended = true;
  auto& attempts = runs_[row.run].attempts;
  const auto before = static_cast<std::uint32_t>(std::count_if(
      attempts.begin(), attempts.end(), [&](const AttemptRow& a) { return a.task == row.task; }));
  if (row.number != before + 1) {
    trace_.broken("I3 task {} of run {} has attempt number {} after {}", row.task, row.run.value,
                  row.number, before);
  }
  attempts.push_back(row);
}

void Mirror::on_update(const DatasetUpdateRow& row) {
  const auto& attempts = runs_[row.run].attempts;
  const bool ended_well = std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRow& a) {
    return a.attempt == row.attempt && a.cause == Cause::none;
  });
  if (!ended_well) {
    trace_.broken("attempt {} of run {} published without a success", row.attempt.value,
                  row.run.value);
  }
  if (!published_[row.run].insert(row.attempt).second) {
    trace_.broken("attempt {} published twice", row.attempt.value);
  }
}

void Mirror::compare_updates(DatasetReader& reader) {
  for (const auto& [id, run] : runs_) {
    std::set<AttemptId> stored;
    const auto rows = reader.updates_of(id);
    if (!rows.ok()) return trace_.broken("P1 {}", rows.error().message);
    for (const DatasetUpdateRow& row : *rows) stored.insert(row.attempt);
    if (stored != published_[id]) {
      trace_.broken("P1 run {} published {} times and {} are found", id.value,
                    published_[id].size(), stored.size());
    }
    for (const TaskRow& task : run.tasks) {
      const bool publishes = !planned(run).dag->tasks[task.task].publishes.empty();
      const bool by_itself = task.state == TaskState::succeeded && !task.marked &&
                             task.attempts > 0;
      if (publishes && by_itself && !stored.contains(task.attempt)) {
        trace_.broken("task {} of run {} succeeded and published nothing", task.task, id.value);
      }
    }
  }
}

const Mirror::MirrorRun* Mirror::find(RunId run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

const Mirror::Granted* Mirror::grant_of(AttemptId attempt) const {
  const auto found = grants_.find(attempt);
  return found == grants_.end() ? nullptr : &found->second;
}

RunId Mirror::submitted(std::size_t planned_run) const {
  const std::string origin = fmt::format("client {}", planned_run);
  for (const auto& [id, run] : runs_) {
    if (run.row.origin == origin) return id;
  }
  return {};
}

void Mirror::compare_task(const TaskRow& stored, const TaskRow& known) {
  if (stored.state == known.state && stored.attempt == known.attempt &&
      stored.attempts == known.attempts && stored.retries == known.retries &&
      stored.losses == known.losses && stored.retry_at == known.retry_at &&
      stored.clears == known.clears && stored.attempts_before == known.attempts_before &&
      stored.marked == known.marked && stored.on_stop == known.on_stop) {
    return;
  }
  trace_.broken("P1 task {} of run {} was committed as {} (attempt {}) and found as {} ({})",
                stored.task, stored.run.value, to_word(known.state), known.attempt.value,
                to_word(stored.state), stored.attempt.value);
}

// What the events tell must be what the rows say.
void Mirror::compare_history(RunReader& reader, const StoredRun& stored) {
  const RunId run = stored.row.id;
  const auto version = reader.dag_version(stored.row.version);
  const auto events = reader.events(run, 0, 1'000'000);
  if (!version.ok() || !events.ok()) return trace_.broken("P1 run {} has no history", run.value);
  History history(version->task_ids, WallTime{INT64_MAX});
  std::vector<HistoryChange> changes;
  for (const EventRow& row : *events) {
    const Status told = history.apply({row.seq, row.at, row.kind, row.task, row.attempt, row.body},
                                      changes);
    if (!told.ok()) return trace_.broken("P1 run {}: {}", run.value, told.error().message);
  }
  const RunPast& past = history.past();
  if (past.state != stored.row.state || past.reason != stored.row.reason ||
      past.paused != stored.row.paused) {
    trace_.broken("P1 run {} is {} ({}) and its events say {} ({})", run.value,
                  to_word(stored.row.state), stored.row.reason, to_word(past.state), past.reason);
  }
  for (const TaskRow& row : stored.tasks) {
    const TaskPast& task = past.tasks[row.task];
    if (task.state == row.state && task.attempt == row.attempt) continue;
    trace_.broken("P1 task {} of run {} is {} (attempt {}) and its events say {} ({})", row.task,
                  run.value, to_word(row.state), row.attempt.value, to_word(task.state),
                  task.attempt.value);
  }
}

void Mirror::compare(RunReader& reader) {
  const auto rows = reader.runs("", {}, 1000);
  if (!rows.ok()) return trace_.broken("P1 {}", rows.error().message);
  if (rows->size() != runs_.size()) {
    return trace_.broken("P1 {} runs were committed and {} found", runs_.size(), rows->size());
  }
  for (const auto& [id, run] : runs_) {
    auto stored = reader.stored_run(id);
    if (!stored.ok()) return trace_.broken("P1 {}", stored.error().message);
    if (stored->row.state != run.row.state || stored->row.cancelling != run.row.cancelling ||
        stored->row.paused != run.row.paused || stored->row.reopened != run.row.reopened) {
      trace_.broken("P1 run {} was committed as {} and found as {}", id.value,
                    to_word(run.row.state), to_word(stored->row.state));
    }
    for (TaskIndex i = 0; i < run.tasks.size(); ++i) compare_task(stored->tasks[i], run.tasks[i]);
    compare_history(reader, *stored);
    const auto attempts = reader.attempts(id);
    if (!attempts.ok() || attempts->size() != run.attempts.size()) {
      trace_.broken("P1 run {} lost attempts", id.value);
    }
  }
}

}  // namespace tidemill::sim
