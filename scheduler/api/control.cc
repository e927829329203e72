#include "scheduler/api/control.h"

#include <algorithm>

#include "base/text.h"
#include "core/clear.h"
#include "scheduler/api/rerun.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

struct CancelWish {
  std::string reason;
  bool force = false;
};

Result<CancelWish> read_cancel_wish(const Request& request, bool takes_force) {
  CancelWish wish;
  for (const auto& [key, value] : TRY(request.json())) {
    if (key == "reason" && value.is_string()) {
      wish.reason = value.as_string();
    } else if (key == "force" && takes_force && value.is_bool()) {
      wish.force = value.as_bool();
    } else {
      return invalid(
          fmt::format("{}: not known here, or of another type; known are reason "
                      "(string){}",
                      printable(key, 60), takes_force ? " and force (boolean)" : ""));
    }
  }
  if (wish.reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  return wish;
}

Json run_state_json(RunId run, std::string_view did) {
  Json json;
  json.set("run", run.value);
  json.set("done", did);
  return json;
}

Result<Response> cancel(Context& context, const Request& request) {
  const CancelWish wish = TRY(read_cancel_wish(request, true));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, "run.cancel", fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  mutation.audit->detail = Json(Json::Object{{"reason", wish.reason}, {"force", bool{wish.force}}})
                               .dump();
  mutation.decide = [id = found.row.id, wish, by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(desk.engine.cancel(id, by, wish.reason, wish.force ? Engine::Force::yes : Engine::Force::no,
                           desk.now));
    return run_state_json(id, wish.force ? "cancelled by force" : "cancelling");
  };
  return change(context, request, std::move(mutation));
}

// {reason, tasks, reach, dry_run, to} of a body, each of its type.
struct EditWish {
  std::string reason;
  std::vector<std::string> tasks;
  ClearReach reach = ClearReach::only;
  TaskState to = TaskState::succeeded;
  bool dry_run = false;
};

Status read_tasks(const Json& value, std::vector<std::string>& tasks) {
  if (!value.is_array()) return invalid("tasks: must be a list of task ids");
  for (const Json& task : value.as_array()) {
    if (!task.is_string()) return invalid("tasks: must be a list of task ids");
    tasks.push_back(task.as_string());
  }
  return Ok{};
}

Status read_word(const std::string& key, const Json& value, EditWish& wish) {
  if (!value.is_string()) return invalid(key + ": must be a string");
  const std::string& word = value.as_string();
  if (key == "reason") {
    if (word.size() > 1000) return invalid("reason: at most 1000 bytes");
    wish.reason = word;
  } else if (key == "reach") {
    const auto reach = clear_reach_from(word);
    if (!reach) return invalid("reach: only, downstream, upstream, both or failed");
    wish.reach = *reach;
  } else {
    const auto to = task_state_from(word);
    if (!to ||
        (*to != TaskState::succeeded && *to != TaskState::skipped && *to != TaskState::failed)) {
      return invalid("to: succeeded, skipped or failed");
    }
    wish.to = *to;
  }
  return Ok{};
}

Result<EditWish> read_edit_wish(const Request& request,
                                std::initializer_list<std::string_view> known) {
  EditWish wish;
  for (const auto& [key, value] : TRY(request.json())) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return invalid(fmt::format("{}: not known here; known are {}", printable(key, 60),
                                 fmt::join(known, ", ")));
    }
    if (key == "tasks") {
      TRY(read_tasks(value, wish.tasks));
    } else if (key == "dry_run") {
      if (!value.is_bool()) return invalid("dry_run: must be true or false");
      wish.dry_run = value.as_bool();
    } else {
      TRY(read_word(key, value, wish));
    }
  }
  return wish;
}

Result<std::vector<TaskIndex>> positions_of(const Dag& dag, const std::vector<std::string>& ids) {
  std::vector<TaskIndex> positions;
  for (const std::string& id : ids) {
    const TaskIndex task = dag.find(id);
    if (task == kNoTask) {
      return invalid(fmt::format("tasks: {} has no task {}", dag.name, printable(id, 80)));
    }
    positions.push_back(task);
  }
  return positions;
}

Json plan_json(const Dag& dag, const ClearPlan& plan) {
  Json::Array tasks;
  for (const PlannedChange& change : plan.tasks) {
    Json one;
    one.set("task", dag.tasks[change.task].id);
    one.set("why", describe(dag, change));
    one.set("to", to_word(change.to));
    one.set("live", change.live);
    tasks.push_back(std::move(one));
  }
  Json json;
  json.set("tasks", std::move(tasks));
  json.set("reopens", plan.reopens);
  return json;
}

// Takes an ended run back into memory, where clear and mark work.
Status take_back(Context& context, Desk& desk, RunId run) {
  if (desk.engine.is_live(run)) return Ok{};
  const StoredRun stored = TRY(desk.reader.stored_run(run));
  DagPtr dag = TRY(context.dags.find(desk.reader, stored.row.version, stored.row.directory));
  return desk.engine.reopen(stored, std::move(dag), desk.now);
}

enum class Edit { clear, mark };

Result<ClearPlan> plan_edit(const Dag& dag, const Run& run, Edit edit, const EditWish& wish,
                            const std::vector<TaskIndex>& tasks) {
  return edit == Edit::clear ? plan_clear(dag, run, tasks, wish.reach)
                             : plan_mark(dag, run, tasks, wish.to);
}

// The preview is made of the rows as they are now and changes nothing; the real one is decided
// anew by the scheduler, by the same function.
Result<Response> preview(Context& context, RunId run, Edit edit, const EditWish& wish) {
  auto reader = TRY(context.readers.lease());
  const RunView view = TRY(load_run(context, *reader, run));
  const auto tasks = TRY(positions_of(*view.live.dag, wish.tasks));
  const ClearPlan plan = TRY(plan_edit(*view.live.dag, view.live.run, edit, wish, tasks));
  Json json = plan_json(*view.live.dag, plan);
  json.set("run", run.value);
  json.set("dry_run", true);
  return Response::json(json);
}

Result<Json> carry_out(Context& context, Desk& desk, RunId run, Edit edit, const EditWish& wish,
                       const std::string& by) {
  TRY(take_back(context, desk, run));
  const DagPtr dag = desk.engine.find(run)->dag;
  const auto tasks = TRY(positions_of(*dag, wish.tasks));
  const ClearPlan plan = edit == Edit::clear ? TRY(desk.engine.clear(run, tasks, wish.reach, by,
                                                                     wish.reason, desk.now))
                                             : TRY(desk.engine.mark(run, tasks, wish.to, by,
                                                                    wish.reason, desk.now));
  Json json = plan_json(*dag, plan);
  json.set("run", run.value);
  json.set("dry_run", false);
  return json;
}

Result<Response> edit(Context& context, const Request& request, Edit edit, const EditWish& wish,
                      const char* action) {
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  if (wish.dry_run) return preview(context, found.row.id, edit, wish);
  Mutation mutation;
  mutation.audit = audit_entry(request, action, fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  mutation.audit->detail = request.body;
  mutation.decide = [&context, edit, wish, run = found.row.id, by = request.who.name](Desk& desk) {
    return carry_out(context, desk, run, edit, wish, by);
  };
  return change(context, request, std::move(mutation));
}

Result<Response> clear(Context& context, const Request& request) {
  const EditWish wish = TRY(read_edit_wish(request, {"reason", "tasks", "reach", "dry_run"}));
  if (wish.tasks.empty() && wish.reach != ClearReach::failed) {
    return invalid("tasks: name at least one, or give reach failed for everything that failed");
  }
  return edit(context, request, Edit::clear, wish, "run.clear");
}

Result<Response> retry(Context& context, const Request& request) {
  EditWish wish = TRY(read_edit_wish(request, {"reason", "tasks", "dry_run"}));
  wish.reach = ClearReach::failed;
  return edit(context, request, Edit::clear, wish, "run.retry");
}

Result<Response> mark(Context& context, const Request& request) {
  const EditWish wish = TRY(read_edit_wish(request, {"reason", "tasks", "to", "dry_run"}));
  if (wish.tasks.empty()) return invalid("tasks: name at least one");
  if (wish.reason.empty()) return invalid("reason: say why; others will read it");
  return edit(context, request, Edit::mark, wish, "run.mark");
}

using RunChange = Status (Engine::*)(RunId, const std::string&, const std::string&, Now);

Result<Response> change_run(Context& context, const Request& request, RunChange what,
                            const char* action, const char* did) {
  const EditWish wish = TRY(read_edit_wish(request, {"reason"}));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, action, fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  mutation.audit->detail = Json(Json::Object{{"reason", wish.reason}}).dump();
  mutation.decide = [what, did, wish, run = found.row.id,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    if (!desk.engine.is_live(run)) return conflict(fmt::format("run {} has ended", run.value));
    TRY((desk.engine.*what)(run, by, wish.reason, desk.now));
    return run_state_json(run, did);
  };
  return change(context, request, std::move(mutation));
}

Result<Response> hurry(Context& context, const Request& request) {
  const EditWish wish = TRY(read_edit_wish(request, {"reason", "tasks"}));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, "run.hurry", fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  Json::Array named(wish.tasks.begin(), wish.tasks.end());
  mutation.audit->detail = Json(Json::Object{{"reason", wish.reason}, {"tasks", std::move(named)}})
                               .dump();
  mutation.decide = [wish, run = found.row.id, by = request.who.name](Desk& desk) -> Result<Json> {
    const LiveRun* live = desk.engine.find(run);
    if (live == nullptr) return conflict(fmt::format("run {} has ended", run.value));
    const auto tasks = TRY(positions_of(*live->dag, wish.tasks));
    TRY(desk.engine.hurry(run, tasks, by, wish.reason, desk.now));
    return run_state_json(run, "retries are made now");
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> control_routes(Context& context) {
  const auto post = [&](std::string_view path, std::string_view summary, std::string_view body,
                        std::string_view answer, Body handle) {
    http::Route route{http::Method::post,
                      path,
                      Permission::operate,
                      {summary, "Runs", {}, body, answer},
                      handler(context, std::move(handle))};
    route.checked_by_handler = true;
    return route;
  };
  return {
      post("/api/v1/runs/{run}/cancel",
           "End a run: nothing new starts, what is live gets its grace, or none by force", "Cancel",
           "Done", cancel),
      post("/api/v1/runs/{run}/pause", "Start no new attempt of a run; what is live goes on",
           "Reason", "Done",
           [](Context& c, const Request& r) {
             return change_run(c, r, &Engine::pause, "run.pause", "paused");
           }),
      post("/api/v1/runs/{run}/resume", "Let a paused run go on", "Reason", "Done",
           [](Context& c, const Request& r) {
             return change_run(c, r, &Engine::resume, "run.resume", "resumed");
           }),
      post("/api/v1/runs/{run}/hurry", "Make waiting retries now", "Hurry", "Done", hurry),
      post("/api/v1/runs/{run}/retry", "Run again what failed and what did not run because of it",
           "Retry", "EditPlan", retry),
      post("/api/v1/runs/{run}/rerun",
           "Make a new run from one that has ended, or say what would differ", "Rerun",
           "RerunAnswer", rerun),
      post("/api/v1/runs/{run}/clear", "Run tasks again; attempts and logs stay", "Clear",
           "EditPlan", clear),
      post("/api/v1/runs/{run}/mark", "Say that tasks succeeded, failed or are skipped", "Mark",
           "EditPlan", mark),
  };
}

}  // namespace tidemill::api
