// One table of routes: method, path, permission and what the OpenAPI file says about it stand in
// one place, so a route without a permission does not compile and none is undocumented.
//
// Paths are fixed segments and {captures}; there are no wildcards and no regular expressions. A
// capture named {dag} or a handler's own check makes the permission that of one dag.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/access.h"
#include "scheduler/http/request.h"
#include "scheduler/http/response.h"

namespace tidemill::http {

using Handler = std::function<Response(const Request&)>;

struct ParameterDoc {
  std::string_view name;
  std::string_view type;  // "string", "integer", "boolean"
  std::string_view description;
};

struct RouteDoc {
  std::string_view summary;  // one sentence
  std::string_view tag;      // "Runs"
  std::vector<ParameterDoc> query = {};
  std::string_view request = {};   // name of a schema of api/schemas; empty = no body
  std::string_view response = {};  // likewise; empty = no JSON body
  int success = 200;
  bool previews = false;  // asked with dry_run it answers 200 and the same schema
};

struct Route {
  Method method;
  std::string_view path;  // "/api/v1/dags/{dag}/runs"
  Permission permission;
  RouteDoc doc;
  Handler handle;
  // How large a body may be; 0 = none is taken.
  std::size_t body_limit = 1 << 20;
  enum class Body : std::uint8_t { json, raw } body = Body::json;  // raw: any content type
  // The handler checks the permission for the dag of the object it loads (a run, an alert); the
  // server only that the sender has it for some dag. Without a {dag} in the path only.
  bool checked_by_handler = false;
  // For senders that prove themselves by a signature over the body: the origin is not asked for,
  // and cookies and tokens are not looked at (the sender is anonymous). Needs Permission::anyone.
  bool webhook = false;
};

class RouteTable {
 public:
  // CHECKs that no two routes are the same. `otherwise` answers every GET of a path that no route
  // has; its own path and method are not looked at.
  explicit RouteTable(std::vector<Route> routes, std::optional<Route> otherwise = std::nullopt);

  struct Match {
    const Route* route = nullptr;  // null: no such path, or not this method
    std::vector<std::pair<std::string, std::string>> captured;
    std::vector<Method> allowed;  // what the path takes; empty = there is no such path
  };
  Match find(Method method, const std::vector<std::string>& segments) const;
  const std::vector<Route>& all() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::optional<Route> otherwise_;
};

}  // namespace tidemill::http
