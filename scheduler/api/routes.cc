#include "scheduler/api/routes.h"

#include "scheduler/api/control.h"
#include "scheduler/api/dags.h"
#include "scheduler/api/logs.h"
#include "scheduler/api/openapi.h"
#include "scheduler/api/people.h"
#include "scheduler/api/plans.h"
#include "scheduler/api/runs.h"
#include "scheduler/api/system.h"

namespace tidemill::api {

http::RouteTable all_routes(Context& context) {
  std::vector<http::Route> all;
  for (auto* part : {system_routes, dag_routes, run_routes, log_routes, control_routes, plan_routes,
                     session_routes, account_routes, secret_routes, audit_routes}) {
    for (http::Route& route : part(context)) all.push_back(std::move(route));
  }
  const auto file = std::make_shared<std::string>();
  all.push_back(openapi_route(file));
  *file = openapi(all, context.version).dump(true) + "\n";
  return http::RouteTable(std::move(all));
}

}  // namespace tidemill::api
