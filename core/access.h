// Who may do what. Roles rise: viewer < operator < editor < admin; a grant gives a role for one dag
// only. Pure: the shell finds out who is asking, this decides.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

enum class Role : std::uint8_t { none, viewer, operator_, editor, admin };

std::string_view to_word(Role role);  // "operator"
Result<Role> parse_role(std::string_view word);

// What a route asks for. Those above the line are asked for one dag where the route names one.
enum class Permission : std::uint8_t {
  anyone,      // also without an account: health, sign-in
  signed_in,   // any account: one's own session and tokens
  read,        // see dags, runs, logs                                (viewer)
  operate,     // trigger, cancel, retry, clear, mark, acknowledge    (operator)
  edit,        // pause schedules, backfill, change a dag's settings  (editor)
  administer,  // users, tokens of others, secrets, workers, audit    (admin)
};

Role needed_role(Permission permission);  // none for anyone and signed_in

// Somebody or something that asks, as found out by the shell.
struct Principal {
  enum class Kind : std::uint8_t { anonymous, user, token, local, system } kind = Kind::anonymous;
  std::string name;        // of the user; of the token's owner
  std::string token;       // name of the API token; empty = none
  Role role = Role::none;  // for every dag; of a token: at most its scope and its owner's
  std::map<std::string, Role> grants;  // dag name -> role for this dag, when higher than `role`
  Role at_most = Role::admin;          // the scope of a token also bounds the grants

  bool signed_in() const { return kind != Kind::anonymous; }
  // The role for one dag. Names are compared exactly.
  Role role_for(std::string_view dag) const;
};

// For a route that names no dag: the general role decides, except that `read` is allowed to whoever
// may read any dag at all (the answer is then filtered by may_read).
bool allows(const Principal& who, Permission permission);
bool allows(const Principal& who, Permission permission, std::string_view dag);
inline bool may_read(const Principal& who, std::string_view dag) {
  return allows(who, Permission::read, dag);
}

}  // namespace tidemill
