// Users, their grants, and what they sign in with, as plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/access.h"

namespace tidemill {

struct UserRow {
  std::string name;
  std::optional<std::string> password;  // hash with its parameters; nullopt = none was set
  Role role = Role::none;
  bool disabled = false, must_change = false;
  WallTime created_at, password_at;
};

using Grants = std::map<std::string, Role>;  // by dag

struct SessionRow {
  std::string token_hash;
  std::string user;
  std::string address;
  WallTime created_at, last_seen, expires_at;
};

struct TokenRow {
  std::string owner, name;
  std::string token_hash, prefix;
  Role scope = Role::viewer;
  std::optional<std::vector<std::string>> dags;            // nullopt = every dag of the owner
  WallTime created_at, expires_at, last_used, revoked_at;  // 0 = never
};

struct LinkRow {
  std::string token_hash;
  std::string user;
  WallTime created_at, expires_at, used_at;
};

struct SecretRow {
  std::string name;
  std::string key_id, nonce, ciphertext;
  WallTime updated_at;
  std::string updated_by;
};

}  // namespace tidemill
