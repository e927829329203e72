#include "core/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tidemill {
namespace {

// By the number of the role.
constexpr std::array<std::string_view, 5> kRoleWords = {"none", "viewer", "operator", "editor",
                                                        "admin"};

Role general_role(const Principal& who) { return std::min(who.role, who.at_most); }

bool reads_any_dag(const Principal& who) {
  return std::any_of(who.grants.begin(), who.grants.end(),
                     [&](const auto& grant) { return may_read(who, grant.first); });
}

// What is not a matter of roles; the rest is decided by comparing them.
bool decided_without_role(const Principal& who, Permission permission) {
  return permission == Permission::anyone ||
         (permission == Permission::signed_in && who.signed_in());
}

}  // namespace

std::string_view to_word(Role role) { return kRoleWords.at(static_cast<std::size_t>(role)); }

Result<Role> parse_role(std::string_view word) {
  for (std::size_t i = 0; i < kRoleWords.size(); ++i) {
    if (kRoleWords[i] == word) return static_cast<Role>(i);
  }
  const auto meant = nearest(word, kRoleWords);
  return invalid(
      fmt::format("'{}' is no role{}; roles are viewer, operator, editor, admin and none",
                  printable(word, 40), meant ? ", did you mean " + *meant + "?" : ""));
}

Role needed_role(Permission permission) {
  switch (permission) {
    case Permission::anyone:
    case Permission::signed_in:
      return Role::none;
    case Permission::read:
      return Role::viewer;
    case Permission::operate:
      return Role::operator_;
    case Permission::edit:
      return Role::editor;
    case Permission::administer:
      return Role::admin;
  }
  UNREACHABLE();
}

Role Principal::role_for(std::string_view dag) const {
  const auto grant = grants.find(std::string(dag));
  const Role granted = grant == grants.end() ? Role::none : grant->second;
  return std::min(std::max(role, granted), at_most);
}

bool allows(const Principal& who, Permission permission) {
  if (decided_without_role(who, permission)) return true;
  if (!who.signed_in()) return false;
  if (general_role(who) >= needed_role(permission)) return true;
  return permission == Permission::read && reads_any_dag(who);
}

bool allows(const Principal& who, Permission permission, std::string_view dag) {
  if (decided_without_role(who, permission)) return true;
  return who.signed_in() && who.role_for(dag) >= needed_role(permission);
}

}  // namespace tidemill
