#include "cli/client/follow.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/client/event_stream.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/run_watcher.h"

namespace tidemill::client {
namespace {

RunState run_state_at(const Json& json) {
  return run_state_from(text_at(json, "state")).value_or(RunState::running);
}

TaskState task_state_at(const Json& json) {
  return task_state_from(text_at(json, "state")).value_or(TaskState::waiting);
}

RunRow run_row(const Json& json) {
  RunRow row;
  row.id = RunId{int_at(json, "run")};
  row.dag_name = text_at(json, "dag");
  row.state = run_state_at(json);
  row.cancelling = flag_at(json, "cancelling");
  row.started_at = time_at(json, "started_at");
  row.ended_at = time_at(json, "ended_at");
  row.reason = text_at(json, "reason");
  return row;
}

TaskRow task_row(RunId run, TaskIndex task, const Json& json) {
  TaskRow row;
  row.run = run;
  row.task = task;
  row.state = task_state_at(json);
  row.tolerated = flag_at(json, "tolerated");
  row.attempts = static_cast<std::uint32_t>(int_at(json, "attempts"));
  row.started_at = time_at(json, "started_at");
  row.ended_at = time_at(json, "ended_at");
  row.retry_at = time_at(json, "retry_at");
  row.reason = printable(text_at(json, "reason"), 400);
  return row;
}

// The run as the view needs it, before anything happened: what has happened by now is shown as
// changes, so that a run that was quick is seen whole.
struct Picture {
  std::shared_ptr<Dag> dag = std::make_shared<Dag>();
  Run run;
};

Picture picture_of(const Json& json) {
  Picture picture;
  picture.dag->name = printable(text_at(json, "dag"));
  picture.run.id = RunId{int_at(json, "run")};
  for (const Json& task : array_at(json, "tasks")) {
    TaskSpec spec;
    spec.id = printable(text_at(task, "id"));
    if (!spec.id.starts_with("hook.")) ++picture.dag->task_count;
    picture.dag->tasks.push_back(std::move(spec));
  }
  picture.run.tasks.resize(picture.dag->tasks.size());
  picture.run.open = picture.dag->task_count;
  return picture;
}

// In the order in which they ended; those that have not come last.
void sort_by_end(std::vector<TaskWrite>& tasks) {
  std::stable_sort(tasks.begin(), tasks.end(), [](const TaskWrite& a, const TaskWrite& b) {
    const auto end = [](const TaskWrite& write) {
      return write.row.ended_at.us == 0 ? WallTime{INT64_MAX} : write.row.ended_at;
    };
    return end(a) < end(b);
  });
}

class RunFollower {
 public:
  RunFollower(Api& api, std::int64_t run, const FollowOptions& options)
      : api_(api),
        run_(run),
        options_(options),
        watcher_({options.fd, options.quiet || options.json, 1}) {}

  Result<bool> load() {
    const Json json = TRY(api_.get(path_of({"runs", std::to_string(run_)})));
    if (options_.json) {
      print_json(json);
      std::fflush(stdout);  // a program that reads it waits for it now, not at the next event
    }
    state_ = run_state_at(json);
    if (!shows()) return is_terminal(state_);
    if (tasks_ == 0) {
      Picture picture = picture_of(json);
      tasks_ = picture.run.tasks.size();
      watcher_.watch(picture.dag, std::move(picture.run), TaskHistory(tasks_));
    }
    Batch batch;
    batch.runs.push_back({false, run_row(json)});
    const auto& tasks = array_at(json, "tasks");
    for (TaskIndex task = 0; task < std::min(tasks.size(), tasks_); ++task) {
      batch.tasks.push_back({std::nullopt, task_row(RunId{run_}, task, tasks[task])});
    }
    sort_by_end(batch.tasks);
    watcher_.on_commit(batch);
    return is_terminal(state_);
  }

  Result<bool> on_event(const SseEvent& event) {
    const auto json = parse_json(event.data);
    if (!json.ok()) return unavailable("the scheduler sent an event that is no JSON");
    if (options_.json) {
      fmt::print("{}\n", event.data);
      std::fflush(stdout);
    }
    if (event.type == "run") state_ = run_state_at(*json);
    if (shows()) show(event.type, *json);
    if (!is_terminal(state_)) return false;
    // The run's own event comes before those of the tasks that ended it.
    return shows() ? load() : true;
  }

  void tick() {
    if (shows()) watcher_.repaint(system_now().wall);
  }

  std::string state() {
    watcher_.stop();
    return std::string(to_word(state_));
  }

 private:
  bool shows() const { return !options_.quiet && !options_.json; }

  void show(const std::string& type, const Json& json) {
    const auto task = static_cast<std::size_t>(int_at(json, "task", -1));
    Batch batch;
    if (type == "run") batch.runs.push_back({false, run_row(json)});
    if (type != "run" && task >= tasks_) return;
    const auto index = static_cast<TaskIndex>(task);
    if (type == "task") batch.tasks.push_back({std::nullopt, task_row(RunId{run_}, index, json)});
    if (type == "progress")
      watcher_.on_progress(RunId{run_}, index, number_at(json, "fraction"), text_at(json, "text"));
    watcher_.on_commit(batch);
  }

  Api& api_;
  std::int64_t run_;
  const FollowOptions& options_;
  RunWatcher watcher_;
  std::size_t tasks_ = 0;
  RunState state_ = RunState::queued;
};

}  // namespace

Result<std::optional<std::string>> follow_run(Api& api, std::int64_t run,
                                              const FollowOptions& options) {
  RunFollower view(api, run, options);
  EventFollower follower;
  follower.topics = fmt::format("run:{}", run);
  follower.load = [&] { return view.load(); };
  follower.on_event = [&](const SseEvent& event) { return view.on_event(event); };
  follower.on_tick = [&] { view.tick(); };
  follower.patience = options.patience;
  const FollowEnd end = TRY(follow_events(api, follower));
  std::string state = view.state();
  if (end == FollowEnd::timed_out) return std::optional<std::string>();
  return std::optional<std::string>(std::move(state));
}

}  // namespace tidemill::client
