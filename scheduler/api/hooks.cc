#include "scheduler/api/hooks.h"

#include "base/hash.h"
#include "base/text.h"
#include "scheduler/api/guess_gate.h"
#include "scheduler/people/signed_call.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxHookBytes = 1u << 20;

// The same for a wrong signature, a DAG that takes no calls and one that does not exist.
Response not_signed() {
  return Response::problem(
      {401,
       "Not signed",
       "there is no such hook, or the call is not signed with its secret; see webhook-id, "
       "webhook-timestamp and webhook-signature of Standard Webhooks",
       {}});
}

Response too_old() {
  return Response::problem({401,
                            "Not signed",
                            fmt::format("the signature is right, but webhook-timestamp is more "
                                        "than {} away from this machine's clock",
                                        format_duration(kCallTolerance)),
                            {}});
}

SignedCall call_of(const Request& request) {
  const auto header = [&](std::string_view name) {
    const std::string* value = request.header(name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
  };
  return {header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"),
          request.body};
}

// A name that takes no calls costs one comparison too, so that time does not tell which do.
bool is_signed_for(Context& context, const SignedCall& call, const std::string& name) {
  const auto view = context.catalog.view();
  const DagView* dag = view->find(name);
  bool found = false, compared = false;
  if (dag != nullptr && dag->dag != nullptr) {
    for (const std::string& secret : dag->dag->webhook_secrets) {
      const auto value = context.secrets.get(secret);
      if (!value.ok()) continue;
      compared = true;
      found = is_signed_with(call, *value) || found;
    }
  }
  if (!compared) (void)is_signed_with(call, "nobody");
  return found;
}

Result<Json::Object> params_of(const Request& request) {
  Json::Object params;
  for (const auto& [key, value] : TRY(request.json())) {
    if (key != "params") continue;
    if (!value.is_object()) return invalid("params: must be an object");
    params = value.as_object();
  }
  return params;
}

// Whoever signs well is never slowed down; whoever does not is, by address.
Result<Response> call_hook(Context& context, GuessGate& gate, const Request& request) {
  const std::string& dag = request.capture("name");
  const SignedCall call = call_of(request);
  if (const Duration wait = gate.begin(request.remote); wait > Duration{}) {
    return too_many_guesses(wait);
  }
  if (!is_signed_for(context, call, dag)) return not_signed();
  gate.was_right(request.remote);
  if (!is_recent(call, system_now().wall)) return too_old();
  Catalog::Trigger what;
  what.dag = dag;
  what.kind = TriggerKind::webhook;
  what.params = TRY(params_of(request));
  what.origin = "webhook " + printable(call.id, 80);
  what.key = call.id;
  what.scope = "hook " + dag;
  what.body_hash = sha256_hex(request.body);
  Mutation mutation;
  mutation.audit = audit_entry(request, "dag.hook", "dag " + dag, dag);
  mutation.audit->who = what.origin;
  mutation.audit->via = "signature";
  mutation.decide = [&catalog = context.catalog, what](Desk& desk) -> Result<Json> {
    const auto made = TRY(catalog.trigger(what, desk.engine, desk.now));
    Json json;
    json.set("run", made.run.value);
    json.set("dag", what.dag);
    return json;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 202;
  return response;
}

}  // namespace

std::vector<http::Route> hook_routes(Context& context) {
  const auto gate = std::make_shared<GuessGate>();
  const auto call = [gate](Context& shared, const Request& request) {
    return call_hook(shared, *gate, request);
  };
  http::Route route{http::Method::post,
                    "/api/v1/hooks/{name}",
                    Permission::anyone,
                    {"Start a run by a call that is signed as in Standard Webhooks",
                     "DAGs",
                     {},
                     "Trigger",
                     "Hooked",
                     202},
                    handler(context, call)};
  route.webhook = true;
  route.body = http::Route::Body::raw;
  route.body_limit = kMaxHookBytes;
  return {route};
}

}  // namespace tidemill::api
