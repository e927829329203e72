// API tokens: for programs, bound to a user, a scope and perhaps some dags. What a token may do is
// at most its scope and at most what its owner may do at that moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/people/sessions.h"

namespace tidemill {

struct NewToken {
  std::string owner;
  std::string name;  // unique among the owner's; takes the place of a revoked or ended one
  Role scope = Role::viewer;
  std::optional<std::vector<std::string>> dags;  // nullopt = every dag of the owner
  WallTime expires_at;                           // 0 = never
};

// For Permission::signed_in. Refused: for another than oneself unless `maker` is an administrator
// (`not_found`, so that names are not told), a scope above the maker's or the owner's role, an
// expiry in the past, and every token that a token asks for: a stolen one would outlive itself.
Credential create_api_token(NewToken token, const Principal& maker, WallTime now);

// Good from the commit on. One's own, or any for an administrator; otherwise `not_found`.
Change revoke_api_token(std::string owner, std::string name, const Principal& who, WallTime now);

enum class TokenState : std::uint8_t { good, expired, revoked };
TokenState state_of(const TokenRow& token, WallTime now);

}  // namespace tidemill
