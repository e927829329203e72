#include "scheduler/api/alert_story.h"

#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

Json number_or_null(std::uint64_t value) { return value == 0 ? Json() : number(value); }

Json failure_json(const StoryRun& run) {
  const bool ended_badly = run.cause != Cause::none;
  Json json;
  json.set("run", number(run.run));
  json.set("state", to_word(run.state));
  json.set("task", text_or_null(run.task));
  json.set("cause", ended_badly ? Json(to_word(run.cause)) : Json());
  json.set("exit_code", run.cause == Cause::exit ? Json(run.exit_code) : Json());
  json.set("reason", run.reason);
  json.set("attempt", number_or_null(run.attempt));
  json.set("worker", text_or_null(run.worker));
  json.set("ended_at", time_or_null(run.ended_at));
  return json;
}

Json log_json(const StoryLog& log) {
  Json json;
  json.set("first_error", text_or_null(log.first_error));
  json.set("lines", texts(log.lines));
  return json;
}

Json good_json(const StoryGood& good) {
  Json json;
  json.set("run", number(good.run));
  json.set("ended_at", time_or_null(good.ended_at));
  return json;
}

Json changes_json(const std::vector<AlertChange>& changes) {
  Json::Array list;
  for (const AlertChange& change : changes) {
    Json json;
    json.set("kind", to_word(change.kind));
    json.set("text", change.text);
    json.set("diff", texts(change.diff));
    list.push_back(std::move(json));
  }
  return list;
}

Json blocked_json(const StoryBlocked& blocked) {
  Json::Array dags, waiting;
  for (const auto& other : blocked.dags) {
    Json one;
    one.set("dag", other.dag);
    one.set("why", other.why);
    dags.push_back(std::move(one));
  }
  for (const auto& task : blocked.waiting) {
    Json one;
    one.set("dag", task.dag);
    one.set("run", number(task.run));
    one.set("task", task.task);
    one.set("dataset", task.dataset);
    waiting.push_back(std::move(one));
  }
  Json json;
  json.set("tasks", texts(blocked.tasks));
  json.set("dags", std::move(dags));
  json.set("waiting", std::move(waiting));
  json.set("hidden", static_cast<std::int64_t>(blocked.hidden));
  return json;
}

Json deadline_json(const StoryDeadline& deadline, WallTime now) {
  Json json;
  json.set("dag", deadline.dag);
  json.set("run", number_or_null(deadline.run));
  json.set("due_at", time_or_null(deadline.due_at));
  json.set("left_ms", (deadline.due_at - now).count() / 1000);
  return json;
}

Json runbook_json(const StoryRunbook& runbook) {
  Json json;
  json.set("url", text_or_null(runbook.url));
  json.set("text", text_or_null(runbook.text));
  json.set("problem", text_or_null(runbook.problem));
  json.set("cut", runbook.cut);
  return json;
}

Json links_json(const StoryLinks& links) {
  Json json;
  json.set("alert", links.alert);
  json.set("run", text_or_null(links.run));
  json.set("task", text_or_null(links.task));
  json.set("log", text_or_null(links.log));
  return json;
}

}  // namespace

void set_story(Json& json, const AlertStory& story, WallTime now) {
  json.set("failure", story.run ? failure_json(*story.run) : Json());
  json.set("log", log_json(story.log));
  json.set("good", story.good ? good_json(*story.good) : Json());
  json.set("changes", changes_json(story.changes));
  json.set("blocked", blocked_json(story.blocked));
  json.set("deadline", story.deadline ? deadline_json(*story.deadline, now) : Json());
  json.set("runbook", story.runbook.empty() ? Json() : runbook_json(story.runbook));
  json.set("to_do", texts(what_to_do(story)));
  json.set("links", links_json(links_of(story)));
  json.set("summary", alert_summary(story, now));
}

}  // namespace tidemill::api
