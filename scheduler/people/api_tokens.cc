#include "scheduler/people/api_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/people/bearer.h"
#include "scheduler/people/names.h"
#include "scheduler/storage/people_tokens.h"
#include "scheduler/storage/people_users.h"

namespace tidemill {
namespace {

bool may_touch(const Principal& who, const std::string& owner) {
  return who.name == owner || allows(who, Permission::administer);
}

// The highest role that somebody has for any of the dags, or for all of them.
Role highest_role(const Principal& who, const std::optional<std::vector<std::string>>& dags) {
  if (dags) {
    Role lowest = Role::admin;
    for (const std::string& dag : *dags) lowest = std::min(lowest, who.role_for(dag));
    return lowest;
  }
  Role highest = std::min(who.role, who.at_most);
  for (const auto& [dag, role] : who.grants) highest = std::max(highest, who.role_for(dag));
  return highest;
}

Status check_scope(const NewToken& token, const Principal& who, std::string_view whose) {
  const Role highest = highest_role(who, token.dags);
  if (token.scope <= highest) return Ok{};
  return invalid(fmt::format("the scope {} is above the role of {}, which is {}",
                             to_word(token.scope), whose, to_word(highest)));
}

Status check_shape(const NewToken& token, WallTime now) {
  TRY(check_token_name(token.name));
  if (token.scope == Role::none)
    return invalid("a token needs a scope: viewer, operator, editor or admin");
  if (token.expires_at.us != 0 && token.expires_at <= now) {
    return invalid("the token would have expired already");
  }
  if (!token.dags) return Ok{};
  if (token.dags->empty()) return invalid("a token for no dag is good for nothing");
  if (token.dags->size() > 1000) return invalid("a token names at most 1,000 dags");
  for (const std::string& dag : *token.dags) TRY(check_dag_name(dag));
  return Ok{};
}

Status check_maker(const NewToken& token, const Principal& maker) {
  if (maker.kind == Principal::Kind::token) {
    return conflict(
        "an API token cannot make tokens; sign in, or use the command line beside the "
        "scheduler");
  }
  if (!may_touch(maker, token.owner)) {
    return not_found(fmt::format("there is no user '{}'", token.owner));
  }
  return check_scope(token, maker, maker.name);
}

Result<Principal> owner_now(Database& database, const std::string& name) {
  const auto user = TRY(find_user(database, name));
  if (!user) return not_found(fmt::format("there is no user '{}'", name));
  Principal owner;
  owner.kind = Principal::Kind::user;
  owner.name = name;
  owner.role = user->role;
  owner.grants = TRY(grants_of(database, name));
  return owner;
}

Result<Json> store_token(Database& database, const NewToken& token, const Principal& maker,
                         TokenRow row) {
  TRY(check_shape(token, row.created_at));
  TRY(check_maker(token, maker));
  const Principal owner = TRY(owner_now(database, token.owner));
  TRY(check_scope(token, owner, token.owner));
  const auto before = TRY(find_token(database, token.owner, token.name));
  if (before && state_of(*before, row.created_at) == TokenState::good) {
    return conflict(
        fmt::format("{} has a token '{}' already; revoke it first, or choose another "
                    "name",
                    token.owner, token.name));
  }
  TRY(put_token(database, row));
  return Json(Json::Object{{"owner", row.owner},
                           {"name", row.name},
                           {"prefix", row.prefix},
                           {"scope", to_word(row.scope)}});
}

TokenRow row_of(const NewToken& token, const std::string& text, WallTime now) {
  TokenRow row;
  row.owner = token.owner;
  row.name = token.name;
  row.token_hash = token_hash(text);
  row.prefix = token_prefix(text);
  row.scope = token.scope;
  row.dags = token.dags;
  row.created_at = now;
  row.expires_at = token.expires_at;
  return row;
}

}  // namespace

Credential create_api_token(NewToken token, const Principal& maker, WallTime now) {
  Credential made{make_token(TokenKind::api), {}};
  Change& change = made.change;
  change.action = "token.create";
  change.object = fmt::format("token {} of {}", token.name, token.owner);
  change.detail.set("scope", to_word(token.scope));
  if (token.expires_at.us != 0) change.detail.set("expires_at", format_rfc3339(token.expires_at));
  const TokenRow row = row_of(token, made.token, now);
  change.store = [=](Database& database) { return store_token(database, token, maker, row); };
  return made;
}

Change revoke_api_token(std::string owner, std::string name, const Principal& who, WallTime now) {
  Change change = change_of("token.revoke", fmt::format("token {} of {}", name, owner));
  change.store = [=, allowed = may_touch(who, owner)](Database& database) -> Result<Json> {
    const auto found = TRY(find_token(database, owner, name));
    if (!allowed || !found) {
      return not_found(fmt::format("there is no token '{}' of '{}'", name, owner));
    }
    if (found->revoked_at.us == 0) TRY(revoke_token_row(database, owner, name, now));
    return Json(Json::Object{{"owner", owner}, {"name", name}});
  };
  return change;
}

TokenState state_of(const TokenRow& token, WallTime now) {
  if (token.revoked_at.us != 0) return TokenState::revoked;
  return token.expires_at.us != 0 && token.expires_at <= now ? TokenState::expired
                                                             : TokenState::good;
}

}  // namespace tidemill
