#include "scheduler/people/accounts.h"

#include <fmt/format.h>

#include "scheduler/people/names.h"
#include "scheduler/storage/people_sessions.h"
#include "scheduler/storage/people_users.h"

namespace tidemill {
namespace {

Result<UserRow> the_user(Database& database, const std::string& name) {
  auto user = TRY(find_user(database, name));
  if (!user) return not_found(fmt::format("there is no user '{}'", name));
  return *user;
}

// For what takes an administrator away. Who has a password must leave another behind who has one: a
// user who was made by a link and never set one cannot sign in.
Status another_admin_stays(Database& database, const UserRow& user) {
  if (user.role != Role::admin || user.disabled) return Ok{};
  if (TRY(other_admins(database, user.name, user.password.has_value())) > 0) return Ok{};
  return conflict(fmt::format("{} is the last administrator{}; make another one first", user.name,
                              user.password ? " who can sign in" : ""));
}

Result<Json> end_sessions(Database& database, const std::string& name) {
  const auto ended = TRY(delete_sessions_of(database, name));
  TRY(delete_links_of(database, name));
  return Json(Json::Object{{"user", name}, {"sessions_ended", ended}});
}

Result<Json> store_new(Database& database, const NewUser& user, WallTime now) {
  TRY(check_user_name(user.name));
  if (TRY(find_user(database, user.name))) {
    return conflict(fmt::format("there is a user '{}' already", user.name));
  }
  UserRow row;
  row.name = user.name;
  row.password = user.password_hash;
  row.role = user.role;
  row.must_change = user.must_change;
  row.created_at = now;
  if (row.password) row.password_at = now;
  TRY(insert_user(database, row));
  return Json(Json::Object{{"user", user.name}, {"role", to_word(user.role)}});
}

Result<Json> store_disabled(Database& database, const std::string& name) {
  UserRow user = TRY(the_user(database, name));
  TRY(another_admin_stays(database, user));
  user.disabled = true;
  TRY(update_user(database, user));
  return end_sessions(database, name);
}

Result<Json> store_role(Database& database, const std::string& name, Role role) {
  UserRow user = TRY(the_user(database, name));
  if (role != Role::admin) TRY(another_admin_stays(database, user));
  user.role = role;
  TRY(update_user(database, user));
  return end_sessions(database, name);
}

Result<Json> store_grant(Database& database, const std::string& user, const std::string& dag,
                         Role role) {
  TRY(check_dag_name(dag));
  if (role == Role::none) return invalid("a grant gives viewer, operator, editor or admin");
  TRY(the_user(database, user));
  TRY(put_grant(database, user, dag, role));
  return Json(Json::Object{{"user", user}, {"dag", dag}, {"role", to_word(role)}});
}

}  // namespace

Change create_user(NewUser user, WallTime now) {
  Change change = change_of("user.create", "user " + user.name);
  change.detail.set("role", to_word(user.role));
  change.store = [user = std::move(user), now](Database& database) {
    return store_new(database, user, now);
  };
  return change;
}

Change delete_user(std::string name) {
  Change change = change_of("user.delete", "user " + name);
  change.store = [name = std::move(name)](Database& database) -> Result<Json> {
    const UserRow user = TRY(the_user(database, name));
    TRY(another_admin_stays(database, user));
    TRY(delete_user_row(database, name));
    return Json(Json::Object{{"user", name}});
  };
  return change;
}

Change disable_user(std::string name) {
  Change change = change_of("user.disable", "user " + name);
  change.store = [name = std::move(name)](Database& database) {
    return store_disabled(database, name);
  };
  return change;
}

Change enable_user(std::string name) {
  Change change = change_of("user.enable", "user " + name);
  change.store = [name = std::move(name)](Database& database) -> Result<Json> {
    UserRow user = TRY(the_user(database, name));
    user.disabled = false;
    TRY(update_user(database, user));
    return Json(Json::Object{{"user", name}});
  };
  return change;
}

Change change_password(std::string name, std::string password_hash, MustChange must_change,
                       WallTime now) {
  Change change = change_of("user.password", "user " + name);
  change.store = [=, hash = std::move(password_hash)](Database& database) -> Result<Json> {
    UserRow user = TRY(the_user(database, name));
    user.password = hash;
    user.password_at = now;
    user.must_change = must_change == MustChange::yes;
    TRY(update_user(database, user));
    return end_sessions(database, name);
  };
  return change;
}

Change change_role(std::string name, Role role) {
  Change change = change_of("user.role", "user " + name);
  change.detail.set("role", to_word(role));
  change.store = [name = std::move(name), role](Database& database) {
    return store_role(database, name, role);
  };
  return change;
}

Change grant_role(std::string user, std::string dag, Role role) {
  Change change = change_of("grant.create", "user " + user);
  change.detail.set("dag", dag);
  change.detail.set("role", to_word(role));
  change.store = [=](Database& database) { return store_grant(database, user, dag, role); };
  return change;
}

Change revoke_grant(std::string user, std::string dag) {
  Change change = change_of("grant.delete", "user " + user);
  change.detail.set("dag", dag);
  change.store = [=](Database& database) -> Result<Json> {
    if (!TRY(put_grant(database, user, dag, Role::none))) {
      return not_found(fmt::format("'{}' has no grant for dag '{}'", user, dag));
    }
    return Json(Json::Object{{"user", user}, {"dag", dag}});
  };
  return change;
}

}  // namespace tidemill
