#include "scheduler/alerts/forecaster.h"

#include <fmt/format.h>

#include "core/alert/forecast.h"
#include "scheduler/live_run.h"
#include "scheduler/storage/alert_story_rows.h"
#include "scheduler/storage/forecast_rows.h"
#include "scheduler/storage/open.h"

namespace tidemill {
namespace {

constexpr std::chrono::seconds kForecastEvery{30};
constexpr Duration kKeepPast = std::chrono::minutes(10);
constexpr int kRunsOfThePast = 30;
constexpr int kMostDeadlinesForecast = 200;
constexpr int kMostRuns = 2'000;
constexpr std::size_t kMostTold = 100'000;

RunForecast forecast_of(RunForecast::Kind kind, const std::string& dag, RunId run,
                        std::string reason) {
  RunForecast news;
  news.kind = kind;
  news.dag = dag;
  news.run = static_cast<std::uint64_t>(run.value);
  news.reason = std::move(reason);
  return news;
}

// Removed since, or of a version that this Tidemill does not accept, which is told elsewhere:
// nothing is foreseen of it, and others are looked at all the same.
bool is_unreadable(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::corrupt;
}

}  // namespace

Result<const Forecast::Past*> Forecast::past_of(Database& database, const std::string& dag,
                                                WallTime now) {
  const auto known = past_.find(dag);
  if (known != past_.end() && now - known->second.read_at < kKeepPast) return &known->second;
  Past past;
  past.read_at = now;
  past.runs = TRY(good_run_durations(database, dag, kRunsOfThePast));
  past.tasks = TRY(task_durations(database, dag, kRunsOfThePast));
  return &(past_[dag] = std::move(past));
}

Result<std::optional<RunForecast>> Forecast::look_at_deadline(Database& database, RunReader& runs,
                                                              RunId run, WallTime due_at, Now now) {
  const StoredRun stored = TRY(runs.stored_run(run));
  if (stored.row.paused || is_terminal(stored.row.state)) return std::optional<RunForecast>();
  const DagVersionRow version = TRY(runs.dag_version(stored.row.version));
  const DagPtr dag = TRY(parse_(version, stored.row.directory));
  const LiveRun live = TRY(live_run_from(stored, dag, now));
  const Past* past = TRY(past_of(database, dag->name, now.wall));
  const auto end = feared_end(*dag, live.run, feared_durations(*dag, past->tasks), now.wall);
  if (!end || *end <= due_at) return std::optional<RunForecast>();
  return std::optional<RunForecast>(
      forecast_of(RunForecast::Kind::will_be_late, dag->name, run,
                  fmt::format("by what its tasks took before, it ends {} after its deadline of {}",
                              format_duration(*end - due_at), format_rfc3339(due_at))));
}

Result<std::vector<RunForecast>> Forecast::look(Now now) {
  Database database = TRY(open_for_reading(database_, vfs_));
  std::vector<RunForecast> news;
  const auto ahead = TRY(deadlines_ahead(database, now.wall, kMostDeadlinesForecast));
  if (!ahead.empty()) {
    RunReader runs = TRY(RunReader::open(database_, vfs_));
    for (const DeadlineAhead& deadline : ahead) {
      if (is_told(RunForecast::Kind::will_be_late, deadline.run)) continue;
      auto late = look_at_deadline(database, runs, deadline.run, deadline.due_at, now);
      if (!late.ok() && !is_unreadable(late.error())) return late.error();
      if (late.ok() && *late) news.push_back(std::move(**late));
    }
  }
  TRY(look_at_tasks(database, now, news));
  TRY(look_at_runs(database, now, news));
  if (told_.size() > kMostTold) told_.clear();
  for (const RunForecast& one : news) {
    told_.insert({one.kind, RunId{static_cast<std::int64_t>(one.run)}, one.task});
  }
  return news;
}

Status Forecast::look_at_tasks(Database& database, Now now, std::vector<RunForecast>& news) {
  for (const RunningTask& task : TRY(running_tasks(database, kMostRuns))) {
    if (is_told(RunForecast::Kind::slow, task.run, task.task)) continue;
    const Past* past = TRY(past_of(database, task.dag, now.wall));
    const auto known = past->tasks.find(task.task);
    const auto limit = known == past->tasks.end() ? std::nullopt : task_slow_after(known->second);
    const Duration elapsed = now.wall - task.started_at;
    if (!limit || elapsed <= *limit) continue;
    news.push_back(forecast_of(
        RunForecast::Kind::slow, task.dag, task.run,
        fmt::format("it runs for {}, and 95 of 100 times it took no more than {}",
                    format_duration(elapsed), format_duration(*percentile(known->second, 95)))));
    news.back().task = task.task;
  }
  return Ok{};
}

Status Forecast::look_at_runs(Database& database, Now now, std::vector<RunForecast>& news) {
  for (const RunningRun& run : TRY(running_runs(database, kMostRuns))) {
    if (is_told(RunForecast::Kind::slow, run.run)) continue;
    const auto limit = slow_after(TRY(past_of(database, run.dag, now.wall))->runs);
    const Duration elapsed = now.wall - run.started_at;
    if (!limit || elapsed <= *limit) continue;
    news.push_back(
        forecast_of(RunForecast::Kind::slow, run.dag, run.run,
                    fmt::format("it runs for {}, and 95 of 100 runs took no more than {}",
                                format_duration(elapsed), format_duration(*limit * 2 / 3))));
  }
  return Ok{};
}

Forecaster::Forecaster(World world)
    : world_(std::move(world)),
      forecast_(world_.database, world_.parse),
      thread_([this] { run(); }) {}

Forecaster::~Forecaster() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Forecaster::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kForecastEvery, [this] { return ending_; })) {
    lock.unlock();
    const Now now = system_now();
    auto news = forecast_.look(now);
    if (!news.ok()) world_.complain("nothing can be foreseen: " + news.error().message);
    if (news.ok() && !news->empty()) tell(std::move(*news), now.wall);
    lock.lock();
  }
}

void Forecaster::tell(std::vector<RunForecast> news, WallTime now) {
  Mutation mutation;
  mutation.weight = news.size();
  mutation.store = [news = std::move(news), load = world_.load, policies = world_.policies(),
                    now](Database& database) {
    return tell_forecasts(database, news, load, policies, now);
  };
  mutation.done = [complain = world_.complain](const Result<Json>& told) {
    if (!told.ok()) complain("alerts cannot be kept: " + told.error().message);
  };
  world_.mutate(std::move(mutation));
}

}  // namespace tidemill
