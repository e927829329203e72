#include "scheduler/api/routes.h"

#include <algorithm>

#include "base/text.h"
#include "scheduler/api/alert_report.h"
#include "scheduler/api/alerts.h"
#include "scheduler/api/approvals.h"
#include "scheduler/api/artifacts.h"
#include "scheduler/api/bulk_retries.h"
#include "scheduler/api/control.h"
#include "scheduler/api/dags.h"
#include "scheduler/api/datasets.h"
#include "scheduler/api/hooks.h"
#include "scheduler/api/logs.h"
#include "scheduler/api/on_call.h"
#include "scheduler/api/openapi.h"
#include "scheduler/api/overview.h"
#include "scheduler/api/people.h"
#include "scheduler/api/plans.h"
#include "scheduler/api/pools.h"
#include "scheduler/api/run_timeline.h"
#include "scheduler/api/runs.h"
#include "scheduler/api/silences.h"
#include "scheduler/api/system.h"
#include "scheduler/api/versions.h"
#include "scheduler/api/web.h"
#include "scheduler/api/workers.h"

namespace tidemill::api {
namespace {

// A parameter that the route does not name is refused here for all of them, because one that is
// passed over, like a mistyped dry_run, makes a request something else than was meant.
http::Handler checked(const http::Route& route) {
  std::vector<std::string_view> known;
  for (const http::ParameterDoc& doc : route.doc.query) known.push_back(doc.name);
  return [known = std::move(known), handle = route.handle](const http::Request& request) {
    for (const auto& [name, value] : request.query.all()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto near = nearest(name, known);
      return http::Response::error(
          invalid(fmt::format("there is no parameter `{}` here{}", printable(name, 60),
                              near ? fmt::format("; did you mean `{}`?", *near) : "")));
    }
    return handle(request);
  };
}

}  // namespace

http::RouteTable all_routes(Context& context) {
  std::vector<http::Route> all;
  for (auto* part : {system_routes,       dag_routes,          hook_routes,     dataset_routes,
                     approval_routes,     run_routes,          log_routes,      overview_routes,
                     version_routes,      run_timeline_routes, artifact_routes, pool_routes,
                     control_routes,      bulk_retry_routes,   plan_routes,     session_routes,
                     account_routes,      secret_routes,       audit_routes,    alert_routes,
                     alert_report_routes, on_call_routes,      silence_routes,  worker_routes,
                     channel_routes,      hook_in_routes}) {
    for (http::Route& route : part(context)) all.push_back(std::move(route));
  }
  const auto file = std::make_shared<std::string>();
  all.push_back(openapi_route(file));
  *file = openapi(all, context.version).dump(true) + "\n";
  // Pages for people are no part of the API.
  for (http::Route& route : ack_page_routes(context)) all.push_back(std::move(route));
  for (http::Route& route : all) route.handle = checked(route);
  return http::RouteTable(std::move(all), web_route());
}

}  // namespace tidemill::api
