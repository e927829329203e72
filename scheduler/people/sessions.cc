#include "scheduler/people/sessions.h"

#include <fmt/format.h>

#include "scheduler/people/bearer.h"
#include "scheduler/people/names.h"
#include "scheduler/storage/people_sessions.h"
#include "scheduler/storage/people_users.h"

namespace tidemill {
namespace {

SessionRow session_row(const std::string& token, const std::string& user,
                       const std::string& address, WallTime now) {
  return {token_hash(token), user, address, now, rounded(now, std::chrono::minutes(1)),
          now + kSessionLife};
}

Json answer_of(const SessionRow& row) {
  return Json(Json::Object{{"user", row.user}, {"expires_at", format_rfc3339(row.expires_at)}});
}

Error no_longer() { return conflict("the account was changed meanwhile; sign in again"); }

Result<Json> store_session(Database& database, const SessionRow& row) {
  const auto user = TRY(find_user(database, row.user));
  if (!user || user->disabled) return no_longer();
  TRY(insert_session(database, row));
  return answer_of(row);
}

Result<Json> store_verified(Database& database, const VerifiedPassword& verified,
                            const SessionRow& row) {
  auto user = TRY(find_user(database, row.user));
  if (!user || user->password != verified.verified_hash) return no_longer();
  if (verified.new_hash) {
    user->password = verified.new_hash;
    TRY(update_user(database, *user));
  }
  return store_session(database, row);
}

LinkRow link_row(const std::string& token, const std::string& user, WallTime now) {
  return {token_hash(token), user, now, now + kLinkLife, {}};
}

Result<Json> store_link(Database& database, const LinkRow& row) {
  const auto user = TRY(find_user(database, row.user));
  if (!user) return not_found(fmt::format("there is no user '{}'", row.user));
  TRY(insert_link(database, row));
  return Json(Json::Object{{"user", row.user}, {"expires_at", format_rfc3339(row.expires_at)}});
}

Status make_first_admin(Database& database, const std::string& name, WallTime now) {
  if (TRY(admins_with_password(database)) > 0) {
    return conflict("there is an administrator already; ask one for a sign-in link");
  }
  TRY(check_user_name(name));
  auto user = TRY(find_user(database, name));
  if (!user) {
    UserRow row;
    row.name = name;
    row.role = Role::admin;
    row.created_at = now;
    return insert_user(database, row);
  }
  user->role = Role::admin;
  user->disabled = false;
  return update_user(database, *user);
}

Result<Json> store_used_link(Database& database, const std::string& link, SessionRow row,
                             WallTime now) {
  const auto found = TRY(find_link(database, link));
  const bool good = found && found->used_at.us == 0 && now < found->expires_at;
  if (!good) return invalid("this sign-in link was used, is too old, or was never given out");
  TRY(use_link(database, link, now));
  row.user = found->user;
  return store_session(database, row);
}

}  // namespace

Credential begin_session(VerifiedPassword verified, std::string address, WallTime now) {
  Credential made{make_token(TokenKind::session),
                  change_of("session.create", "user " + verified.user)};
  const SessionRow row = session_row(made.token, verified.user, address, now);
  made.change.store = [=](Database& database) { return store_verified(database, verified, row); };
  return made;
}

Credential renew_session(std::string user, std::string address, WallTime now) {
  Credential made{make_token(TokenKind::session), change_of("session.create", "user " + user)};
  const SessionRow row = session_row(made.token, user, address, now);
  made.change.store = [row](Database& database) { return store_session(database, row); };
  return made;
}

Change end_session(std::string session_token, std::string user) {
  Change change = change_of("session.delete", "user " + user);
  change.store = [hash = token_hash(session_token), user](Database& database) -> Result<Json> {
    if (TRY(delete_session(database, hash)) == 0) return not_found("this session has ended");
    return Json(Json::Object{{"user", user}});
  };
  return change;
}

Change end_all_sessions(std::string user) {
  Change change = change_of("session.delete_all", "user " + user);
  change.store = [user](Database& database) -> Result<Json> {
    const auto ended = TRY(delete_sessions_of(database, user));
    return Json(Json::Object{{"user", user}, {"sessions_ended", ended}});
  };
  return change;
}

Credential make_link(std::string user, WallTime now) {
  Credential made{make_token(TokenKind::link), change_of("link.create", "user " + user)};
  const LinkRow row = link_row(made.token, user, now);
  made.change.store = [row](Database& database) { return store_link(database, row); };
  return made;
}

Credential make_first_link(std::string name, WallTime now) {
  Credential made{make_token(TokenKind::link), change_of("link.create_first", "user " + name)};
  const LinkRow row = link_row(made.token, name, now);
  made.change.store = [row, now](Database& database) -> Result<Json> {
    TRY(make_first_admin(database, row.user, now));
    // Only the link that was printed last is good.
    TRY(delete_links_of(database, row.user));
    return store_link(database, row);
  };
  return made;
}

Result<Credential> use_sign_in_link(Database& reader, std::string link_token, std::string address,
                                    WallTime now) {
  const std::string link = token_hash(link_token);
  const auto found = TRY(find_link(reader, link));
  Credential made{make_token(TokenKind::session),
                  change_of("session.create", found ? "user " + found->user : "sign-in link")};
  made.change.detail.set("by", "sign-in link");
  const SessionRow row = session_row(made.token, "", address, now);
  made.change.store = [link, row, now](Database& database) {
    return store_used_link(database, link, row, now);
  };
  return made;
}

Change sweep_sessions(WallTime now) {
  Change change = change_of("session.sweep", "");
  change.store = [now](Database& database) -> Result<Json> {
    const auto removed = TRY(delete_ended_sessions(database, now, now - kSessionIdle));
    return Json(Json::Object{{"removed", removed}});
  };
  return change;
}

bool is_alive(const SessionRow& session, WallTime now) {
  return now < session.expires_at && now - session.last_seen < kSessionIdle;
}

}  // namespace tidemill
