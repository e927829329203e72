#include "scheduler/http/sender.h"

#include <algorithm>

namespace tidemill::http {
namespace {

bool allows_somewhere(const Principal& who, Permission permission) {
  if (allows(who, permission)) return true;
  return std::any_of(who.grants.begin(), who.grants.end(),
                     [&](const auto& grant) { return allows(who, permission, grant.first); });
}

const std::string* dag_of(const Request& request) {
  for (const auto& [name, value] : request.captured) {
    if (name == "dag") return &value;
  }
  return nullptr;
}

Refusal unknown_sender(std::string detail) {
  return {401, std::move(detail), false, {{"WWW-Authenticate", "Bearer realm=\"tidemill\""}}};
}

std::optional<Refusal> check_permission(const Route& route, const Request& request) {
  const Principal& who = request.who;
  const std::string* dag = dag_of(request);
  bool allowed = false;
  if (dag != nullptr) {
    allowed = allows(who, route.permission, *dag);
  } else {
    allowed = route.checked_by_handler ? allows_somewhere(who, route.permission)
                                       : allows(who, route.permission);
  }
  if (allowed) return std::nullopt;
  if (!who.signed_in()) return unknown_sender("sign in, or send an API token");
  if (dag != nullptr && !may_read(who, *dag)) return Refusal{404, "there is nothing at this path"};
  const Role role = needed_role(route.permission);
  return Refusal{403, "this needs the role " + std::string(to_word(role))};
}

}  // namespace

std::optional<Refusal> check_sender(const Authenticate& authenticate, const Route& route,
                                    Request& request) {
  if (!route.webhook) {
    auto who = authenticate(request);
    if (who.ok()) {
      request.who = std::move(*who);
    } else if (route.permission != Permission::anyone) {
      // Where nobody has to be known, an old cookie must not keep anybody from signing in.
      return unknown_sender(who.error().message);
    }
  }
  return check_permission(route, request);
}

}  // namespace tidemill::http
