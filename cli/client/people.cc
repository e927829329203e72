// Users, their grants and links, and API tokens.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/session.h"
#include "cli/client/stdin_text.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxPasswordBytes = 1024;

std::string grants_of(const Json& user) {
  const Json& grants = object_at(user, "grants");
  std::string out;
  if (!grants.is_object()) return out;
  for (const auto& [dag, role] : grants.as_object())
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", dag, as_text(role));
  return out;
}

std::string account_state(const Json& user) {
  if (flag_at(user, "disabled")) return "disabled";
  return flag_at(user, "must_change_password") ? "new password" : "active";
}

Status add_password(const UserCommand& options, Json& body) {
  if (!options.password) return Ok{};
  body.set("password", TRY(read_hidden("Password for " + options.user, kMaxPasswordBytes)));
  return Ok{};
}

Result<std::string> myself(Api& api) { return text_at(TRY(api.get("/session")), "user"); }

}  // namespace

int run_users(const UsersCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/users"));
    if (options.json) return say(options, answer, "");
    Table table({"user", "role", "state", "password", "since", "grants"});
    for (const Json& user : array_at(answer, "users")) {
      const std::string state = account_state(user);
      table.row({text_at(user, "user"),
                 text_at(user, "role"),
                 {state, style_of_state(state)},
                 flag_at(user, "has_password") ? "yes" : "no",
                 moment_at(user, "created_at"),
                 grants_of(user)});
    }
    fmt::print("{}", table.empty() ? "there are no users yet; `tidemill users add NAME --role "
                                     "admin --password` makes the first\n"
                                   : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_user_add(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("user", options.user);
    if (!options.role.empty()) body.set("role", options.role);
    TRY(add_password(options, body));
    const Json made = TRY(api.post("/users", body));
    return say(options, made,
               fmt::format("{} is a user now{}", options.user,
                           options.password ? ""
                                            : "; without a password, so give out a link: tidemill "
                                              "sign-in-link " +
                                                  options.user));
  });
}

int run_user_change(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.enable && options.disable) return invalid("--enable or --disable, not both");
    Json body{Json::Object{}};
    if (!options.role.empty()) body.set("role", options.role);
    if (options.enable || options.disable) body.set("disabled", options.disable);
    TRY(add_password(options, body));
    if (body.as_object().empty())
      return invalid("nothing to change: give --role, --disable, --enable or --password");
    const Json done = TRY(api.patch(path_of({"users", options.user}), body));
    return say(options, done, options.user + " is changed");
  });
}

int run_user_remove(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json done = TRY(api.remove(path_of({"users", options.user})));
    return say(options, done, options.user + " is gone, with tokens and sessions");
  });
}

int run_user_grant(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("role", options.role);
    const Json done = TRY(api.put(path_of({"users", options.user, "grants", options.dag}), body));
    return say(options, done,
               fmt::format("{} is {} of {}", options.user, options.role, options.dag));
  });
}

int run_user_revoke(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json done = TRY(api.remove(path_of({"users", options.user, "grants", options.dag})));
    return say(
        options, done,
        fmt::format("{} has no role of their own for {} any more", options.user, options.dag));
  });
}

int run_sign_in_link(const UserCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json made = TRY(
        api.post(path_of({"users", options.user, "sign-in-link"}), Json(Json::Object{})));
    if (!options.json) {
      fmt::print(stderr, "It signs {} in once{}:\n", options.user,
                 api.address().is_local()
                     ? "; put it behind the web address of the scheduler, such "
                       "as http://127.0.0.1:8420"
                     : "");
    }
    const std::string path = text_at(made, "path");
    return say(options, made, api.address().is_local() ? path : api.address().shown + path);
  });
}

int run_tokens(const TokensCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/tokens"));
    if (options.json) return say(options, answer, "");
    Table table({"owner", "token", "begins", "scope", "state", "expires", "last used", "dags"});
    for (const Json& token : array_at(answer, "tokens")) {
      const std::string state = text_at(token, "state");
      table.row({text_at(token, "owner"),
                 text_at(token, "token"),
                 text_at(token, "prefix"),
                 text_at(token, "scope"),
                 {state, style_of_state(state)},
                 has_value(token, "expires_at") ? moment_at(token, "expires_at") : "never",
                 moment_at(token, "last_used"),
                 has_value(token, "dags") ? list_at(token, "dags") : "all"});
    }
    fmt::print("{}", table.empty() ? "there are no tokens\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_token_add(const TokenCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("token", options.token);
    if (!options.owner.empty()) body.set("owner", options.owner);
    if (!options.scope.empty()) body.set("scope", options.scope);
    if (!options.dags.empty())
      body.set("dags", Json(Json::Array(options.dags.begin(), options.dags.end())));
    if (!options.expires.empty()) {
      const WallTime end = TRY(parse_later("--expires", options.expires, system_now().wall));
      body.set("expires_at", format_rfc3339(end));
    }
    const Json made = TRY(api.post("/tokens", body));
    if (!options.json) {
      fmt::print(stderr, "The token {} of {} may act as {}. It is shown only now:\n",
                 text_at(made, "token"), text_at(made, "owner"), text_at(made, "scope"));
    }
    return say(options, made, text_at(made, "secret"));
  });
}

int run_token_revoke(const TokenCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::string owner = options.owner.empty() ? TRY(myself(api)) : options.owner;
    const Json done = TRY(api.remove(path_of({"tokens", owner, options.token})));
    return say(
        options, done,
        fmt::format("the token {} of {} is good for nothing any more", options.token, owner));
  });
}

}  // namespace tidemill::client
