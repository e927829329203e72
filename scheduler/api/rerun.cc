#include "scheduler/api/rerun.h"

#include "base/text.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"
#include "scheduler/rerun.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

struct RerunBody {
  bool latest = false;
  bool from_failed = false;
  bool dry_run = false;
  Json::Object params;
};

Result<RerunBody> read_rerun_body(const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"version", "params", "from_failed", "dry_run"}));
  RerunBody wish;
  const std::string version = TRY(text_member(body, "version", "same"));
  if (version != "same" && version != "latest") return invalid("version: same or latest");
  wish.latest = version == "latest";
  wish.from_failed = TRY(flag_member(body, "from_failed", false));
  wish.dry_run = TRY(flag_member(body, "dry_run", false));
  if (const Json* params = find_member(body, "params")) {
    if (!params->is_object()) return invalid("params: must be an object");
    wish.params = params->as_object();
  }
  return wish;
}

Json plan_json(const Rerun& rerun, RunId of) {
  Json json = diff_json(rerun.tasks);
  json.set("run", Json());
  json.set("of", of.value);
  json.set("dry_run", true);
  json.set("params", params_json(rerun.params));
  return json;
}

// The plan that the dry run shows is the one that is submitted.
Result<Rerun> plan(Context& context, const Request& request, const RunRow& row,
                   const RerunBody& wish) {
  auto reader = TRY(context.readers.lease());
  StoredRun stored = TRY(reader->stored_run(row.id));
  const DagVersionRow version = TRY(reader->dag_version(row.version));
  const DagPtr old_dag = TRY(context.dags.find(*reader, row.version, row.directory));
  stored.row.params = TRY(open_params(context.params, *old_dag, stored.row.params));
  DagPtr dag = old_dag;
  std::string directory = row.directory;
  if (wish.latest) {
    const auto catalog = context.catalog.view();
    const DagView* view = catalog->find(row.dag_name);
    if (view == nullptr || view->dag == nullptr) {
      return conflict(row.dag_name + " has no good version in the folder now");
    }
    dag = view->dag;
    directory = view->directory;
  }
  Rerun made = TRY(plan_rerun({stored, version, *old_dag, std::move(dag), wish.params,
                               wish.from_failed, request.who.name}));
  made.request.directory = std::move(directory);
  return made;
}

}  // namespace

Result<Response> rerun(Context& context, const Request& request) {
  const RerunBody wish = TRY(read_rerun_body(request));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  if (!is_terminal(found.row.state)) {
    return conflict(fmt::format("run {} has not ended; cancel it first, or retry what failed",
                                found.row.id.value));
  }
  const auto made = std::make_shared<Rerun>(TRY(plan(context, request, found.row, wish)));
  const Json diff = plan_json(*made, found.row.id);
  if (wish.dry_run) return Response::json(diff);
  Mutation mutation;
  mutation.audit = audit_entry(request, "run.rerun", fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  // Not the body as it came, which may hold secrets.
  mutation.audit->detail = diff.dump();
  mutation.decide = [made, diff](Desk& desk) -> Result<Json> {
    Json json = diff;
    json.set("run", TRY(desk.engine.submit(made->request, desk.now)).value);
    json.set("dry_run", false);
    return json;
  };
  return change(context, request, std::move(mutation));
}

}  // namespace tidemill::api
