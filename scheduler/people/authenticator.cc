#include "scheduler/people/authenticator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "scheduler/people/api_tokens.h"
#include "scheduler/people/bearer.h"
#include "scheduler/people/sessions.h"
#include "scheduler/storage/people_sessions.h"
#include "scheduler/storage/people_tokens.h"
#include "scheduler/storage/people_users.h"

namespace tidemill {
namespace {

// Null when it is not there. Two of the same name are as good as none: which one a proxy meant
// cannot be known.
const std::string* header(const Shown& shown, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : *shown.headers) {
    if (key != name) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found;
}

std::optional<std::string> bearer(const std::string& authorization) {
  const auto space = authorization.find(' ');
  if (space == std::string::npos) return std::nullopt;
  if (to_lower_ascii(std::string_view(authorization).substr(0, space)) != "bearer") {
    return std::nullopt;
  }
  return std::string(trim(std::string_view(authorization).substr(space)));
}

Principal user_principal(const UserRow& user, Grants grants) {
  Principal who;
  who.kind = Principal::Kind::user;
  who.name = user.name;
  if (user.must_change) {
    who.at_most = Role::none;
    return who;
  }
  who.role = user.role;
  who.grants = std::move(grants);
  return who;
}

// What the owner may do, cut down to the scope and the dags of the token.
Principal token_principal(const TokenRow& token, const Principal& owner) {
  Principal who = owner;
  who.kind = Principal::Kind::token;
  who.token = token.name;
  who.at_most = std::min(token.scope, owner.at_most);
  if (token.dags) {
    who.role = Role::none;
    who.grants.clear();
    for (const std::string& dag : *token.dags) who.grants[dag] = owner.role_for(dag);
  }
  who.role = std::min(who.role, who.at_most);
  for (auto& [dag, role] : who.grants) role = std::min(role, who.at_most);
  return who;
}

Principal local_principal() {
  Principal who;
  who.kind = Principal::Kind::local;
  who.name = "local";
  who.role = Role::admin;
  return who;
}

// Nullopt for an unknown or disabled user.
Result<std::optional<Principal>> principal_of(Database& database, const std::string& name) {
  const auto user = TRY(find_user(database, name));
  if (!user || user->disabled) return std::optional<Principal>();
  Grants grants = TRY(grants_of(database, name));
  return std::optional<Principal>(user_principal(*user, std::move(grants)));
}

bool is_trusted_uid(std::uint32_t uid) { return uid == 0 || uid == ::geteuid(); }

}  // namespace

Result<Principal> Authenticator::authenticate(const Shown& shown, WallTime now) {
  CHECK(shown.headers != nullptr);
  const std::string* proxied = proxy_user(shown);
  if (const std::string* authorization = header(shown, "authorization")) {
    const auto token = bearer(*authorization);
    // A proxy may pass on what it was shown itself, which is no token of ours.
    const bool is_for_us = token && (proxied == nullptr || is_token(*token, TokenKind::api));
    if (is_for_us) return by_token(*token, shown, now);
    if (proxied == nullptr) return invalid("Authorization must be Bearer and an API token");
  }
  if (proxied != nullptr) return by_proxy(*proxied);
  if (const std::string* cookies = header(shown, "cookie")) {
    const std::string token = session_token_of(*cookies, shown.transport);
    if (!token.empty()) return by_session(token, shown, now);
  }
  if (shown.peer_uid && is_trusted_uid(*shown.peer_uid)) return local_principal();
  return Principal{};
}

Result<Principal> Authenticator::by_token(const std::string& text, const Shown& shown,
                                          WallTime now) {
  const Error unknown = invalid("this API token is not good: it is mistyped, cut, or not ours");
  if (!is_token(text, TokenKind::api)) return unknown;
  auto reader = TRY(readers_.take());
  const auto token = TRY(find_token(*reader, token_hash(text)));
  if (!token) return unknown;
  const auto owner = TRY(principal_of(*reader, token->owner));
  if (!owner) return invalid("the owner of this API token was disabled");
  switch (state_of(*token, now)) {
    case TokenState::revoked:
      return invalid("this API token was revoked");
    case TokenState::expired:
      return invalid("this API token has expired");
    case TokenState::good:
      break;
  }
  const WallTime hour = rounded(now, std::chrono::hours(1));
  if (shown.counts_as_use && token->last_used < hour) {
    const std::lock_guard lock(mutex_);
    tokens_used_[token->token_hash] = hour;
  }
  return token_principal(*token, *owner);
}

const std::string* Authenticator::proxy_user(const Shown& shown) const {
  if (proxy_.header.empty()) return nullptr;
  const auto address = parse_address(shown.address);
  if (!address) return nullptr;
  for (const AddressRange& range : proxy_.addresses) {
    if (!contains(range, *address)) continue;
    const std::string* user = header(shown, proxy_.header);
    return user != nullptr && !user->empty() ? user : nullptr;
  }
  return nullptr;
}

Result<Principal> Authenticator::by_proxy(const std::string& user) {
  auto reader = TRY(readers_.take());
  const auto who = TRY(principal_of(*reader, user));
  if (who) return *who;
  return invalid(fmt::format("there is no user '{}' here; an administrator can make one",
                             printable(user, 80)));
}

Result<Principal> Authenticator::by_session(const std::string& token, const Shown& shown,
                                            WallTime now) {
  auto reader = TRY(readers_.take());
  const auto session = TRY(find_session(*reader, token_hash(token)));
  if (!session || !is_alive(*session, now)) return Principal{};
  const auto who = TRY(principal_of(*reader, session->user));
  if (!who) return Principal{};
  const WallTime minute = rounded(now, std::chrono::minutes(1));
  if (shown.counts_as_use && session->last_seen < minute) {
    const std::lock_guard lock(mutex_);
    sessions_used_[session->token_hash] = minute;
  }
  return *who;
}

std::optional<Change> Authenticator::take_uses() {
  std::map<std::string, WallTime> sessions, tokens;
  {
    const std::lock_guard lock(mutex_);
    sessions.swap(sessions_used_);
    tokens.swap(tokens_used_);
  }
  if (sessions.empty() && tokens.empty()) return std::nullopt;
  Change change;
  change.action = "session.use";
  change.store = [=](Database& database) -> Result<Json> {
    for (const auto& [hash, at] : sessions) TRY(touch_session(database, hash, at));
    for (const auto& [hash, at] : tokens) TRY(touch_token(database, hash, at));
    return Json();
  };
  return change;
}

}  // namespace tidemill
