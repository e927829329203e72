#include "scheduler/bulk_retries.h"

#include "base/text.h"

namespace tidemill {
namespace {

// Each is loaded on the scheduler's thread; more wait for its next turn.
constexpr std::size_t kMostAtOnce = 20;

std::vector<BulkItem> items_of(const std::vector<BulkRetryRunRow>& runs) {
  std::vector<BulkItem> items;
  items.reserve(runs.size());
  for (const BulkRetryRunRow& run : runs) items.push_back(run.item);
  return items;
}

}  // namespace

Result<std::unique_ptr<BulkRetries>> BulkRetries::open(const std::string& database, Parse parse) {
  BulkRetryReader reader = TRY(BulkRetryReader::open(database));
  RunReader runs = TRY(RunReader::open(database));
  std::unique_ptr<BulkRetries> made(
      new BulkRetries(std::move(reader), std::move(runs), std::move(parse)));
  TRY(made->load());
  return made;
}

Status BulkRetries::load() {
  next_id_ = TRY(reader_.next_id());
  for (BulkRetryRow& row : TRY(reader_.open_retries())) {
    Open& open = open_[row.id];
    open.row = std::move(row);
    open.runs = TRY(reader_.runs(open.row.id));
    for (std::size_t i = 0; i < open.runs.size(); ++i) {
      const BulkItem& item = open.runs[i].item;
      if (item.state != BulkItemState::retried || is_terminal(item.run)) continue;
      followed_[open.runs[i].run] = {open.row.id, i};
    }
  }
  due_ = !open_.empty();
  return Ok{};
}

std::int64_t BulkRetries::start(BulkRetryRow row, std::vector<BulkRetryRunRow> runs, Now now) {
  row.id = next_id_++;
  row.created_at = now.wall;
  Open& open = open_[row.id];
  open.row = std::move(row);
  open.runs = std::move(runs);
  for (std::size_t i = 0; i < open.runs.size(); ++i) {
    open.runs[i].retry = open.row.id;
    open.runs[i].position = static_cast<std::int64_t>(i);
    open.runs[i].item.state = BulkItemState::waiting;
  }
  rows_.retries.push_back(open.row);
  rows_.new_runs.insert(rows_.new_runs.end(), open.runs.begin(), open.runs.end());
  // It begins once it is stored, so that no run is retried by something that was never there.
  due_after_commit_ = true;
  return open.row.id;
}

Status BulkRetries::cancel(std::int64_t id, const std::string& by, const std::string& reason,
                           bool cancel_runs, Engine& engine, Now now) {
  const auto found = open_.find(id);
  if (found == open_.end()) {
    return conflict(fmt::format("bulk retry {} is not open: it has ended or never was", id));
  }
  Open& open = found->second;
  if (cancel_runs) {
    for (const BulkRetryRunRow& row : open.runs) {
      const LiveRun* live = followed_.contains(row.run) ? engine.find(row.run) : nullptr;
      if (live == nullptr || is_terminal(live->run.state)) continue;
      TRY(engine.cancel(row.run, by, reason, Engine::Force::no, now));
    }
  }
  drop_waiting(open, "cancelled by " + by);
  end(open, BulkRetryRow::State::cancelled,
      fmt::format("cancelled by {}{}", by, reason.empty() ? "" : ": " + reason), now);
  open_.erase(found);
  return Ok{};
}

void BulkRetries::look(Engine& engine, Now now) {
  if (!std::exchange(due_, false)) return;
  for (auto at = open_.begin(); at != open_.end();) {
    advance(at->second, engine, now);
    at = at->second.row.state == BulkRetryRow::State::open ? std::next(at) : open_.erase(at);
  }
  if (open_.empty()) dags_.clear();
}

void BulkRetries::advance(Open& open, Engine& engine, Now now) {
  const BulkStep step = next_step(items_of(open.runs), open.row.rule);
  if (!step.stop.empty()) {
    drop_waiting(open, "the retry stopped: " + step.stop);
    return end(open, BulkRetryRow::State::stopped, step.stop, now);
  }
  if (step.done) return end(open, BulkRetryRow::State::done, "", now);
  for (const std::size_t position : step.retry) {
    if (rows_.runs.size() >= kMostAtOnce) {
      due_after_commit_ = true;
      return;
    }
    BulkRetryRunRow& row = open.runs[position];
    const Status retried = retry(open, row, engine, now);
    if (retried.ok()) {
      row.item.run = RunState::queued;
      followed_[row.run] = {open.row.id, position};
      settle(row, BulkItemState::retried, "");
    } else if (retried.error().code == ErrorCode::unavailable) {
      due_after_commit_ = true;
    } else {
      settle(row, BulkItemState::skipped, retried.error().message);
      due_after_commit_ = true;
    }
  }
}

Status BulkRetries::retry(const Open& open, const BulkRetryRunRow& row, Engine& engine, Now now) {
  if (engine.is_live(row.run)) {
    if (!is_terminal(engine.find(row.run)->run.state)) {
      return conflict("somebody else took it up again");
    }
    return unavailable("it ends at this very moment");
  }
  const StoredRun stored = TRY(runs_.stored_run(row.run));
  if (stored.row.control_seq != row.control_seq || stored.row.state != row.item.was) {
    return conflict("somebody changed it after it was chosen");
  }
  DagPtr dag = TRY(dag_of(stored.row));
  TRY(engine.reopen(stored, std::move(dag), now));
  std::vector<TaskIndex> tasks;
  for (const std::int64_t task : row.tasks) tasks.push_back(static_cast<TaskIndex>(task));
  const std::string why = fmt::format("bulk retry {}{}", open.row.id,
                                      open.row.reason.empty() ? "" : ": " + open.row.reason);
  TRY(engine.clear(row.run, tasks, ClearReach::failed, open.row.created_by, why, now));
  return Ok{};
}

Result<DagPtr> BulkRetries::dag_of(const RunRow& row) {
  const auto known = dags_.find(row.version);
  if (known != dags_.end()) return known->second;
  const DagVersionRow version = TRY(runs_.dag_version(row.version));
  DagPtr dag = TRY(parse_(version, row.directory));
  dags_[row.version] = dag;
  return dag;
}

void BulkRetries::settle(BulkRetryRunRow& row, BulkItemState state, std::string note) {
  row.item.state = state;
  row.note = std::move(note);
  rows_.runs.push_back(row);
}

void BulkRetries::drop_waiting(Open& open, const std::string& note) {
  for (BulkRetryRunRow& row : open.runs) {
    if (row.item.state == BulkItemState::waiting) settle(row, BulkItemState::cancelled, note);
  }
}

void BulkRetries::end(Open& open, BulkRetryRow::State state, std::string note, Now now) {
  for (const BulkRetryRunRow& row : open.runs) followed_.erase(row.run);
  open.row.state = state;
  open.row.note = std::move(note);
  open.row.ended_at = now.wall;
  rows_.retries.push_back(open.row);
}

std::optional<WallTime> BulkRetries::next_look() const {
  return due_ ? std::optional(WallTime{}) : std::nullopt;
}

void BulkRetries::take_rows(Batch& batch) { batch.bulk_retries = std::exchange(rows_, {}); }

void BulkRetries::committed() { due_ = std::exchange(due_after_commit_, false) || due_; }

void BulkRetries::on_run_ended(RunId run, RunState state) {
  const auto found = followed_.find(run);
  if (found == followed_.end()) return;
  const auto [id, position] = found->second;
  open_.at(id).runs[position].item.run = state;
  followed_.erase(found);
  due_ = true;
}

}  // namespace tidemill
