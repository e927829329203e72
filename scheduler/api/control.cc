#include "scheduler/api/control.h"

#include "base/text.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

struct Words {
  std::string reason;
  bool force = false;
};

Result<Words> read_words(const Request& request, bool takes_force) {
  Words words;
  for (const auto& [key, value] : TRY(request.json())) {
    if (key == "reason" && value.is_string()) {
      words.reason = value.as_string();
    } else if (key == "force" && takes_force && value.is_bool()) {
      words.force = value.as_bool();
    } else {
      return invalid(
          fmt::format("{}: not known here, or of another type; known are reason "
                      "(string){}",
                      printable(key, 60), takes_force ? " and force (boolean)" : ""));
    }
  }
  if (words.reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  return words;
}

Json run_state_json(RunId run, std::string_view did) {
  Json json;
  json.set("run", run.value);
  json.set("done", did);
  return json;
}

// The run of the path when the sender may operate it; otherwise the answer.
struct Operable {
  RunRow row;
  std::optional<Response> refusal;
};
Result<Operable> operable(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  Operable found{TRY(find_run(*reader, request)), std::nullopt};
  found.refusal = refuse_unless(request, Permission::operate, found.row.dag_name);
  return found;
}

Result<Response> cancel(Context& context, const Request& request) {
  const Words words = TRY(read_words(request, true));
  Operable found = TRY(operable(context, request));
  if (found.refusal) return std::move(*found.refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, "run.cancel", fmt::format("run {}", found.row.id.value),
                               found.row.dag_name);
  mutation.decide = [id = found.row.id, words, by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(desk.engine.cancel(id, by, words.reason,
                           words.force ? Engine::Force::yes : Engine::Force::no, desk.now));
    return run_state_json(id, words.force ? "cancelled by force" : "cancelling");
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> control_routes(Context& context) {
  const auto post = [&](std::string_view path, http::RouteDoc doc, Body body) {
    http::Route route{http::Method::post, path, Permission::operate, std::move(doc),
                      handler(context, std::move(body))};
    route.checked_by_handler = true;
    return route;
  };
  return {
      post("/api/v1/runs/{run}/cancel",
           {"End a run: nothing new starts, what is live gets its grace, or none by force",
            "Runs",
            {},
            "Cancel",
            "Done"},
           cancel),
  };
}

}  // namespace tidemill::api
