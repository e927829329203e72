#include "scheduler/api/context.h"

#include "base/text.h"
#include "core/params.h"

namespace tidemill::api {

Result<RunView> load_run(Context& context, RunReader& reader, RunId run) {
  RunView view;
  view.stored = TRY(reader.stored_run(run));
  const RunRow& row = view.stored.row;
  DagPtr dag = TRY(context.dags.find(reader, row.version, row.directory));
  view.live = TRY(live_run_from(view.stored, std::move(dag), system_now()));
  return view;
}

Result<RunRow> find_run(RunReader& reader, const http::Request& request) {
  const std::string& text = request.capture("run");
  const auto id = to_int(text);
  const Error missing = not_found(fmt::format("there is no run {}", printable(text, 40)));
  if (!id || *id <= 0) return missing;
  auto row = reader.run(RunId{*id});
  if (!row.ok() && row.error().code == ErrorCode::not_found) return missing;
  if (row.ok() && !may_read(request.who, row->dag_name)) return missing;
  return row;
}

Result<TaskIndex> find_task(const Dag& dag, const http::Request& request) {
  const std::string& id = request.capture("task");
  const TaskIndex task = dag.find(id);
  if (task != kNoTask) return task;
  return not_found(fmt::format("{} has no task {}", dag.name, printable(id, 80)));
}

std::optional<http::Response> refuse_unless(const http::Request& request, Permission permission,
                                            const std::string& dag) {
  if (allows(request.who, permission, dag)) return std::nullopt;
  http::Problem problem;
  problem.status = 403;
  problem.title = "Not allowed";
  problem.detail = fmt::format("{} for {} takes the role {}; yours is {}", to_word(request.method),
                               dag, to_word(needed_role(permission)),
                               to_word(request.who.role_for(dag)));
  return http::Response::problem(problem);
}

Result<Operable> operable(Context& context, const http::Request& request) {
  auto reader = TRY(context.readers.lease());
  Operable found{TRY(find_run(*reader, request)), std::nullopt};
  found.refusal = refuse_unless(request, Permission::operate, found.row.dag_name);
  return found;
}

http::Handler handler(Context& context, Body body) {
  return [&context, body = std::move(body)](const http::Request& request) {
    auto response = body(context, request);
    return response.ok() ? std::move(*response) : http::Response::error(response.error());
  };
}

http::Route make_route(Context& context, http::Method method, std::string_view path,
                       Permission permission, http::RouteDoc doc, Body body,
                       std::size_t body_limit) {
  const std::size_t limit = method == http::Method::get ? 0 : body_limit;
  return {method, path, permission, std::move(doc), handler(context, std::move(body)), limit};
}

AuditEntry audit_entry(const http::Request& request, std::string action, std::string object,
                       std::string dag) {
  AuditEntry entry;
  entry.at = system_now().wall;
  entry.who = request.who.name;
  entry.via = request.who.token.empty() ? "session" : "token " + request.who.token;
  if (request.who.kind == Principal::Kind::local) entry.via = "local";
  entry.address = request.remote;
  entry.request = request.id;
  entry.action = std::move(action);
  entry.object = std::move(object);
  entry.dag = std::move(dag);
  return entry;
}

Json audited_params(const Dag* dag, const Json::Object& params) {
  constexpr std::size_t kLongest = 500;
  Json shown = Json(Json::Object());
  for (const auto& [name, value] : params) {
    const ParamSpec* spec = nullptr;
    if (dag != nullptr) {
      for (const ParamSpec& known : dag->params) spec = known.name == name ? &known : spec;
    }
    const bool hidden = spec == nullptr || is_secret(*spec);
    const std::string text = hidden ? "" : value.dump();
    const std::string cut = fmt::format("{}… ({} bytes)", text.substr(0, 100), text.size());
    shown.set(printable(name, 100),
              hidden ? Json("***") : (text.size() > kLongest ? Json(cut) : value));
  }
  return shown;
}

Result<Json> ask(Context& context, Scheduler::Question question) {
  return context.scheduler.ask(std::move(question), kPatience);
}

Result<http::Response> change(Context& context, const http::Request& request, Mutation mutation) {
  if (!mutation.audit) mutation.audit = audit_entry(request, "change", request.path, "");
  return http::Response::json(TRY(context.scheduler.change(std::move(mutation), kPatience)));
}

}  // namespace tidemill::api
