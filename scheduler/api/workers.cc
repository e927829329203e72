#include "scheduler/api/workers.h"

#include "base/text.h"
#include "scheduler/api/body.h"
#include "scheduler/api/people_change.h"
#include "scheduler/api/words.h"
#include "scheduler/people/worker_tokens.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string_view word_of(WorkerState state) {
  switch (state) {
    case WorkerState::connected:
      return "connected";
    case WorkerState::draining:
      return "draining";
    case WorkerState::unreachable:
      return "unreachable";
    case WorkerState::lost:
      return "lost";
    case WorkerState::away:
      return "away";
  }
  UNREACHABLE();
}

// Its processes; what is granted ahead of a free slot waits on the worker and has none yet.
int running_on(const Engine& engine, const KnownWorker& worker) {
  int running = 0;
  for (const AttemptId attempt : engine.attempts_of(worker.row.id)) {
    const auto [run, task] = *engine.task_of(attempt);
    if (engine.find(run)->run.tasks[task].state == TaskState::running) ++running;
  }
  return running;
}

// Those of dags that the sender may read; `running` and `dispatched` count all.
Json attempts_json(const Engine& engine, const KnownWorker& worker, const Principal& who) {
  Json::Array attempts;
  for (const AttemptId attempt : engine.attempts_of(worker.row.id)) {
    const auto [run, task] = *engine.task_of(attempt);
    const Dag& dag = *engine.find(run)->dag;
    if (!may_read(who, dag.name)) continue;
    Json one;
    one.set("attempt", attempt.value);
    one.set("run", run.value);
    one.set("dag", dag.name);
    one.set("task", dag.tasks[task].id);
    attempts.push_back(std::move(one));
  }
  return Json(std::move(attempts));
}

Json resources_json(const Resources& resources) {
  Json json;
  json.set("cpu", resources.cpu);
  json.set("memory", static_cast<std::int64_t>(resources.memory));
  json.set("gpu", resources.gpu);
  return json;
}

// When it became what it is: its last hello while it is heard, its last word afterwards.
WallTime since(const KnownWorker& worker, WorkerState state) {
  const bool is_heard = state == WorkerState::connected || state == WorkerState::draining;
  return is_heard ? worker.row.last_seen : worker.heard_at;
}

Json worker_json(const Engine& engine, const KnownWorker& worker, const Principal& who, Now now) {
  const WorkerState state = engine.state_of(worker, now);
  Json json;
  json.set("worker", worker.row.name);
  json.set("id", worker.row.id.value);
  json.set("state", word_of(state));
  json.set("since", time_or_null(since(worker, state)));
  json.set("connected", static_cast<bool>(worker.link));
  json.set("draining", worker.row.draining);
  json.set("slots", worker.view.slots);
  const int running = running_on(engine, worker);
  json.set("running", running);
  json.set("dispatched", worker.live - running);
  json.set("attempts", attempts_json(engine, worker, who));
  Json::Array labels;
  for (const std::string& label : worker.view.labels) labels.emplace_back(label);
  json.set("labels", std::move(labels));
  json.set("resources", resources_json(worker.view.capacity));
  json.set("version", text_or_null(worker.build));
  json.set("lease_ms", worker.row.lease.count() / 1000);
  const auto end = Engine::lease_end(worker);
  const bool silent = end && (state == WorkerState::unreachable || state == WorkerState::lost);
  json.set("lease_ends", silent ? time_or_null(now.wall + (*end - now.boot)) : Json());
  json.set("first_seen", time_or_null(worker.row.first_seen));
  json.set("last_seen", time_or_null(worker.heard_at));
  return json;
}

Result<Response> list_workers(Context& context, const Request& request) {
  return Response::json(
      TRY(ask(context, [who = request.who](const Engine& engine, Now now) -> Result<Json> {
        Json::Array workers;
        for (const auto& [id, worker] : engine.workers().all()) {
          workers.push_back(worker_json(engine, worker, who, now));
        }
        Json json;
        json.set("workers", std::move(workers));
        return json;
      })));
}

Result<std::string> reason_of(const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"reason"}));
  std::string reason = TRY(text_member(body, "reason"));
  if (reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  return reason;
}

Mutation decision(const Request& request, const char* action, const std::string& reason) {
  Mutation mutation;
  const std::string name = printable(request.capture("worker"), 64);
  mutation.audit = audit_entry(request, action, "worker " + name, "");
  Json detail{Json::Object{}};
  if (!reason.empty()) detail.set("reason", reason);
  mutation.audit->detail = detail.dump();
  return mutation;
}

Json done_json(const std::string& worker, std::string_view did) {
  Json json;
  json.set("worker", worker);
  json.set("done", did);
  return json;
}

Result<Response> set_draining(Context& context, const Request& request, bool draining) {
  const std::string reason = TRY(reason_of(request));
  Mutation mutation = decision(request, draining ? "worker.drain" : "worker.undrain", reason);
  mutation.decide = [name = request.capture("worker"), draining](Desk& desk) -> Result<Json> {
    TRY(desk.engine.drain(name, draining, desk.now));
    return done_json(name, draining ? "draining" : "takes new tasks");
  };
  return change(context, request, std::move(mutation));
}

Result<Response> give_up(Context& context, const Request& request) {
  const std::string reason = TRY(reason_of(request));
  if (reason.empty()) return invalid("reason: say why; others will read it");
  Mutation mutation = decision(request, "worker.give_up", reason);
  mutation.decide = [name = request.capture("worker"), reason,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    const int lost = TRY(desk.engine.give_up(name, by, reason, desk.now));
    return done_json(name, fmt::format("given up; {} lost", plural(lost, "attempt")));
  };
  return change(context, request, std::move(mutation));
}

// Tokens -----------------------------------------------------------------------------------------

Result<Response> list_tokens_of_workers(Context& context, const Request&) {
  auto database = TRY(context.people.take());
  Json::Array tokens;
  for (const WorkerTokenRow& row : TRY(all_worker_tokens(*database))) {
    Json one;
    one.set("worker", row.worker);
    one.set("prefix", row.prefix);
    one.set("state", row.revoked_at.us == 0 ? "good" : "revoked");
    one.set("created_at", time_or_null(row.created_at));
    one.set("created_by", row.created_by);
    one.set("revoked_at", time_or_null(row.revoked_at));
    tokens.push_back(std::move(one));
  }
  Json json;
  json.set("tokens", std::move(tokens));
  return Response::json(json);
}

Result<Response> create_token_of_worker(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"worker"}));
  const std::string worker = TRY(text_member(body, "worker"));
  TRY(check_worker_name(worker));
  Credential made = create_worker_token(worker, request.who, system_now().wall);
  TRY(store(context, request, std::move(made.change)));
  Json json;
  json.set("worker", worker);
  json.set("secret", made.token);
  return Response::json(json, 201);
}

// The connection is closed after the commit, so that the worker cannot come in again.
Result<Response> revoke_token_of_worker(Context& context, const Request& request) {
  const std::string& worker = request.capture("worker");
  TRY(store(context, request, revoke_worker_token(worker, system_now().wall)));
  context.scheduler.cut_worker(worker, fmt::format("the token of worker {} was revoked", worker));
  return Response::json(done_json(worker, "revoked"));
}

}  // namespace

std::vector<http::Route> worker_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, Permission permission,
                         http::RouteDoc doc, Body body) {
    return http::Route{method,
                       path,
                       permission,
                       std::move(doc),
                       handler(context, std::move(body)),
                       method == Method::get ? 0u : 16u << 10};
  };
  constexpr Permission kAdmin = Permission::administer;
  return {
      route(Method::get, "/api/v1/workers", Permission::read,
            {"All workers, and what they run", "Workers", {}, "", "WorkerList"}, list_workers),
      route(Method::post, "/api/v1/workers/{worker}/drain", kAdmin,
            {"Give it nothing new; what it runs goes on", "Workers", {}, "Reason", "WorkerDone"},
            [](Context& c, const Request& r) { return set_draining(c, r, true); }),
      route(Method::post, "/api/v1/workers/{worker}/undrain", kAdmin,
            {"Give it new tasks again", "Workers", {}, "Reason", "WorkerDone"},
            [](Context& c, const Request& r) { return set_draining(c, r, false); }),
      route(Method::post, "/api/v1/workers/{worker}/give-up", kAdmin,
            {"Say that what an unreachable worker ran is gone for good: it ends as lost",
             "Workers",
             {},
             "Reason",
             "WorkerDone"},
            give_up),
      route(Method::get, "/api/v1/worker-tokens", kAdmin,
            {"Tokens of workers of other machines", "Workers", {}, "", "WorkerTokenList"},
            list_tokens_of_workers),
      route(Method::post, "/api/v1/worker-tokens", kAdmin,
            {"Make the token of a worker, shown once",
             "Workers",
             {},
             "NewWorkerToken",
             "WorkerSecret",
             201},
            create_token_of_worker),
      route(Method::delete_, "/api/v1/worker-tokens/{worker}", kAdmin,
            {"Revoke it: the worker is disconnected at once and cannot come back",
             "Workers",
             {},
             "",
             "WorkerDone"},
            revoke_token_of_worker),
  };
}

}  // namespace tidemill::api
