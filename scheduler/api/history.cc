#include "scheduler/api/history.h"

#include "base/text.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

HistoryEvent history_event(const EventRow& row) {
  return {row.seq, row.at, row.kind, row.task, row.attempt, row.body};
}

// Collects the page of changes while the whole history is replayed for the state.
class Page {
 public:
  Page(const HistoryQuery& query, const std::vector<std::string>& ids) : query_(query), ids_(ids) {}

  void take(const EventRow& event, const std::vector<HistoryChange>& changes) {
    if (event.seq <= query_.after || changes.empty()) return;
    if (told_ == query_.limit) {
      more_ = true;
      return;
    }
    ++told_;
    last_ = event.seq;
    for (const HistoryChange& change : changes) events_.push_back(change_json(change));
  }

  void put_into(Json& json) && {
    json.set("events", std::move(events_));
    json.set("next", more_ ? Json(std::to_string(last_)) : Json());
  }

 private:
  Json change_json(const HistoryChange& change) const {
    Json json;
    json.set("seq", change.seq);
    json.set("at", time_or_null(change.at));
    const bool of_task = change.task && *change.task < std::ssize(ids_);
    json.set("task", of_task ? Json(ids_[static_cast<std::size_t>(*change.task)]) : Json());
    json.set("sentence", change.sentence);
    return json;
  }

  const HistoryQuery& query_;
  const std::vector<std::string>& ids_;
  Json::Array events_;
  int told_ = 0;
  std::int64_t last_ = 0;
  bool more_ = false;
};

Result<RunPast> replay(RunReader& reader, RunId run, const std::vector<std::string>& ids,
                       WallTime until, Page& page) {
  History history(ids, until);
  std::int64_t seq = 0;
  while (true) {
    const auto rows = TRY(reader.events(run, seq, kEventsAtOnce));
    for (const EventRow& row : rows) {
      std::vector<HistoryChange> changes;
      TRY(history.apply(history_event(row), changes));
      page.take(row, changes);
      seq = row.seq;
    }
    if (std::ssize(rows) < kEventsAtOnce) return history.past();
  }
}

Json::Array tasks_json(const RunPast& past, const std::vector<std::string>& ids) {
  Json::Array tasks;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const TaskPast& task = past.tasks[i];
    Json json;
    json.set("task", ids[i]);
    json.set("state", to_word(task.state));
    json.set("attempt", task.attempt ? Json(task.attempt.value) : Json());
    json.set("since", time_or_null(task.since));
    tasks.push_back(std::move(json));
  }
  return tasks;
}

}  // namespace

Result<Json> history_json(RunReader& reader, const RunRow& row, const HistoryQuery& query) {
  if (query.at < row.created_at) {
    return invalid(fmt::format("at: run {} was made later, at {}", row.id.value,
                               format_rfc3339(row.created_at)));
  }
  const DagVersionRow version = TRY(reader.dag_version(row.version));
  Page page(query, version.task_ids);
  const RunPast past = TRY(replay(reader, row.id, version.task_ids, query.at, page));
  Json json;
  json.set("run", row.id.value);
  json.set("dag", row.dag_name);
  json.set("at", query.at.us == INT64_MAX ? Json() : time_or_null(query.at));
  json.set("state", to_word(past.state));
  json.set("reason", text_or_null(past.reason));
  json.set("paused", past.paused);
  json.set("since", time_or_null(past.since));
  json.set("tasks", tasks_json(past, version.task_ids));
  std::move(page).put_into(json);
  return json;
}

Result<http::Response> get_history(Context& context, const http::Request& request) {
  TRY(request.query.only({"at", "after", "limit"}));
  HistoryQuery query;
  query.after = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  query.limit = static_cast<int>(TRY(request.query.integer("limit", 200, 1, 2000)));
  if (const std::string* at = request.query.find("at")) {
    auto time = parse_rfc3339(*at);
    if (!time.ok()) return time.error().context("at");
    query.at = *time;
  }
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  return http::Response::json(TRY(history_json(*reader, row, query)));
}

}  // namespace tidemill::api
