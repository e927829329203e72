// Changes of users and what they may do. Each is refused in the transaction that would make it, so
// two at once cannot both be right: `not_found` for an unknown user, `conflict` when it would leave
// no administrator who can sign in. Who may ask is decided by the permission of the route; these
// are for Permission::administer, except change_password for one's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "scheduler/people/change.h"

namespace tidemill {

struct NewUser {
  std::string name;
  std::optional<std::string> password_hash;  // of PasswordHasher; nullopt = cannot sign in by one
  Role role = Role::none;
  bool must_change = false;  // may do nothing before a new password is set
};

Change create_user(NewUser user, WallTime now);
Change delete_user(std::string name);
// Ends the sessions; tokens of a disabled user are refused and come back with the user.
Change disable_user(std::string name);
Change enable_user(std::string name);

enum class MustChange : std::uint8_t { no, yes };
// Ends all sessions of the user, also the one that asked: begin a new one for it.
Change change_password(std::string name, std::string password_hash, MustChange must_change,
                       WallTime now);
// Ends all sessions of the user.
Change change_role(std::string name, Role role);

// One role for one dag, which need not exist yet. Role::none is invalid; take it away instead.
Change grant_role(std::string user, std::string dag, Role role);
Change revoke_grant(std::string user, std::string dag);

}  // namespace tidemill
