#include "scheduler/api/approvals.h"

#include "base/text.h"
#include "core/approval.h"
#include "core/dump.h"
#include "core/run_timers.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxComment = 1000;

Json approval_json(const LiveRun& live, TaskIndex task) {
  const TaskSpec& spec = live.dag->tasks[task];
  const ApprovalSpec& approval = *spec.approval;
  const TaskRun& state = live.run.tasks[task];
  const Duration timeout = wait_timeout(spec);
  Json json;
  json.set("run", live.run.id.value);
  json.set("dag", live.dag->name);
  json.set("task", spec.id);
  json.set("prompt", prompt_text(*live.dag, live.run, task));
  json.set("form", params_to_json(approval.form));
  json.set("role", to_word(approval.role));
  json.set("since", time_or_null(state.ready_at));
  json.set("gives_up_at", timeout > Duration{} ? time_or_null(state.ready_at + timeout) : Json());
  json.set("default", timeout <= Duration{}         ? Json()
                      : approval.approve_by_default ? Json("approve")
                                                    : Json("reject"));
  return json;
}

Result<Response> list_approvals(Context& context, const Request& request) {
  TRY(request.query.only({"dag"}));
  const std::string dag = request.query.text("dag");
  Json all = TRY(ask(context, [dag](const Engine& engine, Now) -> Result<Json> {
    Json::Array open;
    for (const auto& [run, task] : engine.approvals()) {
      const LiveRun& live = *engine.find(run);
      if (dag.empty() || live.dag->name == dag) open.push_back(approval_json(live, task));
    }
    return Json(std::move(open));
  }));
  Json::Array shown;
  for (Json& one : all.array()) {
    const std::string& name = one.find("dag")->as_string();
    if (!may_read(request.who, name)) continue;
    const auto role = parse_role(one.find("role")->as_string());
    one.set("may_answer", role.ok() && request.who.role_for(name) >= *role);
    shown.push_back(std::move(one));
  }
  Json json;
  json.set("approvals", std::move(shown));
  return Response::json(json);
}

struct ApprovalWish {
  bool approved = false;
  Json fields = Json(Json::Object());
  std::string comment;
};

Result<ApprovalWish> read_approval_wish(const Request& request, bool approves) {
  ApprovalWish wish;
  wish.approved = approves;
  const Json::Object body = TRY(request.json());
  TRY(approves ? only_members(body, {"fields", "comment"}) : only_members(body, {"comment"}));
  if (const Json* fields = find_member(body, "fields")) {
    if (!fields->is_object()) return invalid("fields: must be an object of name and value");
    wish.fields = *fields;
  }
  wish.comment = TRY(text_member(body, "comment"));
  if (wish.comment.size() > kMaxComment) return invalid("comment: at most 1000 bytes");
  return wish;
}

Response refused(const Request& request, const std::string& dag, Role role) {
  return Response::problem({403,
                            "Not allowed",
                            fmt::format("an answer to this approval takes the role {} for {}; "
                                        "yours is {}",
                                        to_word(role), dag, to_word(request.who.role_for(dag))),
                            {}});
}

// Of a run that is no longer in memory.
Result<Json> already_decided(Desk& desk, RunId run, TaskIndex task, const std::string& id) {
  const StoredRun stored = TRY(desk.reader.stored_run(run));
  const TaskRow& row = stored.tasks.at(task);
  return conflict(fmt::format("run {}: {}", run.value,
                              decided_clause(id, row.state, row.ended_at, row.reason)));
}

Result<Response> answer_approval(Context& context, const Request& request, bool approves) {
  const ApprovalWish wish = TRY(read_approval_wish(request, approves));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  auto reader = TRY(context.readers.lease());
  const DagPtr dag = TRY(context.dags.find(*reader, found.row.version, found.row.directory));
  const TaskIndex task = TRY(find_task(*dag, request));
  const TaskSpec& spec = dag->tasks[task];
  if (spec.approval == nullptr) return conflict(fmt::format("{} is no approval", spec.id));
  if (request.who.role_for(dag->name) < spec.approval->role) {
    return refused(request, dag->name, spec.approval->role);
  }
  Mutation mutation;
  mutation.audit = audit_entry(request, approves ? "task.approve" : "task.reject",
                               fmt::format("run {} task {}", found.row.id.value, spec.id),
                               dag->name);
  mutation.audit->detail = request.body;
  mutation.decide = [wish, task, dag, run = found.row.id,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    const std::string& id = dag->tasks[task].id;
    if (!desk.engine.is_live(run)) return already_decided(desk, run, task, id);
    TRY(desk.engine.answer(run, {task, wish.approved, {}, by, wish.comment}, wish.fields,
                           desk.now));
    Json json;
    json.set("run", run.value);
    json.set("task", id);
    json.set("answer", wish.approved ? "approved" : "rejected");
    return json;
  };
  return change(context, request, std::move(mutation));
}

http::Route answer_route(Context& context, std::string_view path, http::RouteDoc doc,
                         bool approves) {
  http::Route route{http::Method::post, path, Permission::operate, std::move(doc),
                    handler(context, [approves](Context& shared, const Request& request) {
                      return answer_approval(shared, request, approves);
                    })};
  route.checked_by_handler = true;
  return route;
}

}  // namespace

std::vector<http::Route> approval_routes(Context& context) {
  return {
      {http::Method::get,
       "/api/v1/approvals",
       Permission::read,
       {"What waits for a person's answer, oldest run first",
        "Approvals",
        {{"dag", "string", "Only of this dag"}},
        "",
        "ApprovalList"},
       handler(context, list_approvals),
       0},
      answer_route(context, "/api/v1/runs/{run}/tasks/{task}/approve",
                   {"Approve, with the form filled in", "Approvals", {}, "Approve", "Answered"},
                   true),
      answer_route(context, "/api/v1/runs/{run}/tasks/{task}/reject",
                   {"Reject; the task fails", "Approvals", {}, "Reject", "Answered"}, false),
  };
}

}  // namespace tidemill::api
