#include "scheduler/alerts/story_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/alert/story_blocked.h"
#include "core/explain.h"
#include "core/run_timers.h"
#include "core/wait_for.h"
#include "scheduler/alerts/runbook_file.h"
#include "scheduler/api/log_file.h"
#include "scheduler/live_run.h"
#include "scheduler/storage/alert_story_rows.h"
#include "scheduler/storage/open.h"
#include "scheduler/storage/reader.h"

namespace tidemill {
namespace {

constexpr std::size_t kLogTail = 64 << 10;
// An error further up than this is not looked for: a log may have gigabytes.
constexpr std::uint64_t kErrorWithin = 8 << 20;
constexpr std::size_t kLongestLine = 1'000;
constexpr int kMostDeadlines = 1'000;
constexpr int kMostAwaiting = 1'000;
constexpr std::size_t kMostWaitingShown = 20;

class StoryReading {
 public:
  StoryReading(const StorySources& sources, const MaySee& may_see, Now now, RunReader runs,
               Database database)
      : sources_(sources),
        may_see_(may_see),
        now_(now),
        runs_(std::move(runs)),
        database_(std::move(database)) {}

  Result<AlertStory> read(const AlertRow& row);

 private:
  struct Subject {
    StoredRun stored;
    LiveRun live;
    TaskIndex task = kNoTask;  // none: the run itself
  };

  Result<Subject> subject_of(RunId run);
  TaskIndex failed_task(const Subject& subject) const;
  Status tell_run(Subject& subject);
  Status tell_attempt(const Subject& subject);
  void tell_log(RunId run, AttemptId attempt);
  Result<std::string> worker_name(WorkerId worker);
  Result<StorySide> side_of(const Subject& subject);
  Status tell_changes(const Subject& bad);
  Status tell_blocked(const Subject& subject);
  Status tell_waiting(const std::set<std::string>& datasets);
  Result<std::string> dataset_of(const AwaitingTask& task);
  Status tell_deadline(const Subject* subject);
  void offer(const StoryDeadline& deadline);
  void tell_runbook(const Subject* subject);

  const StorySources& sources_;
  const MaySee& may_see_;
  Now now_;
  RunReader runs_;
  Database database_;
  AlertStory story_;
  std::map<std::int64_t, DagPtr> versions_;
  std::set<std::string> hidden_;  // DAGs that are counted and not named
};

Result<AlertStory> StoryReading::read(const AlertRow& row) {
  story_.id = row.id;
  story_.alert = row.alert;
  story_.what = row.what;
  std::optional<Subject> subject;
  if (row.alert.last_run != 0) {
    story_.run.emplace();
    story_.run->run = row.alert.last_run;
    auto found = subject_of(RunId{static_cast<std::int64_t>(row.alert.last_run)});
    if (found.ok()) {
      subject = std::move(*found);
    } else {
      story_.run->reason = found.error().message;
    }
  }
  if (subject) {
    TRY(tell_run(*subject));
    TRY(tell_changes(*subject));
    TRY(tell_blocked(*subject));
  }
  TRY(tell_deadline(subject ? &*subject : nullptr));
  tell_runbook(subject ? &*subject : nullptr);
  return std::move(story_);
}

Result<StoryReading::Subject> StoryReading::subject_of(RunId run) {
  Subject subject;
  subject.stored = TRY(runs_.stored_run(run));
  DagPtr& dag = versions_[subject.stored.row.version];
  if (dag == nullptr) {
    const DagVersionRow version = TRY(runs_.dag_version(subject.stored.row.version));
    dag = TRY(sources_.parse(version, subject.stored.row.directory));
  }
  subject.live = TRY(live_run_from(subject.stored, dag, now_));
  return subject;
}

// That of the key; where several facts are one alert, the task that failed.
TaskIndex StoryReading::failed_task(const Subject& subject) const {
  const Dag& dag = *subject.live.dag;
  const std::string& named = story_.alert.key.task;
  if (!named.empty()) return dag.find(named);
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    const TaskRun& task = subject.live.run.tasks[i];
    if (task.state == TaskState::failed && !task.tolerated) return i;
  }
  return kNoTask;
}

Status StoryReading::tell_run(Subject& subject) {
  const Run& run = subject.live.run;
  StoryRun& told = *story_.run;
  told.state = run.state;
  told.ended_at = run.ended_at;
  told.reason = run.reason.empty() ? explain_run(*subject.live.dag, run, now_).sentence
                                   : run.reason;
  subject.task = failed_task(subject);
  if (subject.task == kNoTask) return Ok{};
  const TaskRun& task = run.tasks[subject.task];
  told.task = subject.live.dag->tasks[subject.task].id;
  told.ended_at = task.ended_at;
  told.attempt = task.attempts;
  if (!task.reason.empty()) told.reason = task.reason;
  return tell_attempt(subject);
}

// The last one that did not end well: after a repair another may be on its way.
Status StoryReading::tell_attempt(const Subject& subject) {
  const auto attempts = TRY(runs_.attempts(subject.live.run.id, subject.task));
  const auto failed = std::find_if(attempts.rbegin(), attempts.rend(),
                                   [](const AttemptRow& row) { return row.cause != Cause::none; });
  if (failed == attempts.rend()) return Ok{};
  StoryRun& told = *story_.run;
  told.attempt = failed->number;
  told.cause = failed->cause;
  told.exit_code = failed->exit_code;
  told.ended_at = failed->ended_at;
  if (!failed->message.empty()) told.reason = failed->message;
  told.worker = TRY(worker_name(failed->worker));
  tell_log(failed->run, failed->attempt);
  return Ok{};
}

void StoryReading::tell_log(RunId run, AttemptId attempt) {
  const std::string path = fmt::format("{}/logs/{}/{}.log", sources_.data_dir, run.value,
                                       attempt.value);
  const auto log = api::LogFile::open(path);
  const auto size = log.ok() ? log->size() : Result<std::uint64_t>(log.error());
  if (!size.ok()) return;  // it wrote nothing, or its log was removed by now
  const auto error = log->first_error(*size > kErrorWithin ? *size - kErrorWithin : 0);
  if (error.ok() && !error->lines.empty()) {
    story_.log.first_error = error->lines.front().text.substr(0, kLongestLine);
  }
  const auto tail = log->tail(kLogTail);
  if (!tail.ok()) return;
  const std::size_t skip = tail->lines.size() - std::min(tail->lines.size(), kStoryLogLines);
  for (std::size_t i = skip; i < tail->lines.size(); ++i) {
    story_.log.lines.push_back(tail->lines[i].text.substr(0, kLongestLine));
  }
}

Result<std::string> StoryReading::worker_name(WorkerId worker) {
  for (const WorkerRow& row : TRY(runs_.workers())) {
    if (row.id == worker) return row.name;
  }
  return std::string();
}

Result<StorySide> StoryReading::side_of(const Subject& subject) {
  StorySide side{*subject.live.dag, subject.live.run.params};
  if (subject.task == kNoTask) return side;
  for (const InputSpec& input : subject.live.dag->tasks[subject.task].inputs) {
    const auto& result = subject.live.run.tasks[input.from].result;
    const Artifact* artifact = result == nullptr ? nullptr : result->artifact(input.artifact);
    if (artifact != nullptr) side.inputs.emplace_back(input.name, artifact->hash);
  }
  side.worker = TRY(worker_name(subject.stored.tasks[subject.task].worker));
  return side;
}

Status StoryReading::tell_changes(const Subject& bad) {
  const std::string task = bad.task == kNoTask ? "" : bad.live.dag->tasks[bad.task].id;
  const auto run = TRY(last_success(database_, bad.live.dag->name, task, bad.live.run.id));
  if (!run) return Ok{};
  story_.good = StoryGood{static_cast<std::uint64_t>(run->value), {}};
  auto good = subject_of(*run);
  if (!good.ok()) {
    story_.changes.push_back({AlertChange::Kind::dag, good.error().message, {}});
    return Ok{};
  }
  if (!task.empty()) good->task = good->live.dag->find(task);
  story_.good->ended_at = good->task == kNoTask ? good->live.run.ended_at
                                                : good->live.run.tasks[good->task].ended_at;
  const StorySide before = TRY(side_of(*good));
  const StorySide after = TRY(side_of(bad));
  story_.changes = changes_between(before, after);
  return Ok{};
}

Status StoryReading::tell_blocked(const Subject& subject) {
  const Dag& dag = *subject.live.dag;
  if (subject.task != kNoTask && subject.task < dag.task_count) {
    for (const TaskIndex task : blocked_by(dag, subject.live.run, subject.task)) {
      story_.blocked.tasks.push_back(dag.tasks[task].id);
    }
  }
  const auto view = sources_.dags();
  std::vector<const Dag*> dags;
  for (const auto& [name, known] : view->dags) {
    if (known->dag != nullptr && known->row.state != DagRow::State::gone) {
      dags.push_back(known->dag.get());
    }
  }
  const TroubleSource source{dag.name, subject.live.run.state,
                             datasets_held_back(dag, subject.live.run)};
  add_blocked_dags(dags, source, may_see_, story_.blocked);
  return tell_waiting(source.datasets);
}

Status StoryReading::tell_waiting(const std::set<std::string>& datasets) {
  if (datasets.empty()) return Ok{};
  for (const AwaitingTask& task : TRY(awaiting_tasks(database_, kMostAwaiting))) {
    if (story_.blocked.waiting.size() == kMostWaitingShown) break;
    const std::string dataset = TRY(dataset_of(task));
    if (!datasets.contains(dataset)) continue;
    if (may_see_(task.dag)) {
      story_.blocked.waiting.push_back(
          {task.dag, static_cast<std::uint64_t>(task.run.value), task.task, dataset});
    } else if (hidden_.insert(task.dag).second) {
      ++story_.blocked.hidden;
    }
  }
  return Ok{};
}

// Empty when the task waits for something else.
Result<std::string> StoryReading::dataset_of(const AwaitingTask& task) {
  auto [place, is_new] = versions_.try_emplace(task.version);
  if (is_new) {
    const DagVersionRow version = TRY(runs_.dag_version(task.version));
    const auto dag = sources_.parse(version, task.directory);
    if (dag.ok()) place->second = *dag;
  }
  const DagPtr& dag = place->second;
  if (dag == nullptr || task.index >= dag->tasks.size()) return std::string();
  const auto& wait = dag->tasks[task.index].wait_for;
  const bool is_dataset = wait != nullptr && wait->kind == WaitSpec::Kind::dataset;
  return is_dataset ? wait->target.source() : std::string();
}

void StoryReading::offer(const StoryDeadline& deadline) {
  if (deadline.due_at <= now_.wall) return;
  if (!story_.deadline || deadline.due_at < story_.deadline->due_at) story_.deadline = deadline;
}

// Of the run, also when it has failed: until then it can be repaired.
Status StoryReading::tell_deadline(const Subject* subject) {
  if (story_.alert.key.dag.empty()) return Ok{};
  std::set<std::string> concerned = {story_.alert.key.dag};
  for (const auto& other : story_.blocked.dags) concerned.insert(other.dag);
  std::set<std::uint64_t> waiting;
  for (const auto& task : story_.blocked.waiting) waiting.insert(task.run);
  if (subject != nullptr) {
    const Run& run = subject->live.run;
    const auto due = deadline_moment(*subject->live.dag, run);
    if (due) offer({subject->live.dag->name, static_cast<std::uint64_t>(run.id.value), *due});
  }
  for (const DeadlineAhead& ahead : TRY(deadlines_ahead(database_, now_.wall, kMostDeadlines))) {
    const auto run = static_cast<std::uint64_t>(ahead.run.value);
    if (concerned.contains(ahead.dag) || waiting.contains(run)) {
      offer({ahead.dag, run, ahead.due_at});
    }
  }
  const auto view = sources_.dags();
  for (const std::string& name : concerned) {
    const DagView* known = view->find(name);
    if (known == nullptr || known->dag == nullptr || !known->next_instant) continue;
    const auto& deadline = known->dag->deadline;
    if (!deadline || deadline->from != Deadline::From::scheduled) continue;
    offer({name, 0, *known->next_instant + deadline->after});
  }
  return Ok{};
}

void StoryReading::tell_runbook(const Subject* subject) {
  if (subject != nullptr) {
    story_.runbook = read_runbook(subject->live.directory, subject->live.dag->alerts.runbook,
                                  story_.alert.key);
    return;
  }
  const auto view = sources_.dags();
  const DagView* known = view->find(story_.alert.key.dag);
  if (known == nullptr || known->dag == nullptr) return;
  story_.runbook = read_runbook(known->directory, known->dag->alerts.runbook, story_.alert.key);
}

}  // namespace

Result<AlertStory> read_alert_story(const StorySources& sources, const AlertRow& row,
                                    const MaySee& may_see, WallTime now) {
  const std::string path = sources.data_dir + "/tidemill.db";
  StoryReading reading(sources, may_see, {now, {}}, TRY(RunReader::open(path)),
                       TRY(open_for_reading(path)));
  return reading.read(row);
}

}  // namespace tidemill
