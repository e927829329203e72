// Rows of API tokens. Their names are unique for each owner.
#pragma once

#include "scheduler/storage/people_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

Result<std::optional<TokenRow>> find_token(Database& database, const std::string& token_hash);
Result<std::optional<TokenRow>> find_token(Database& database, const std::string& owner,
                                           const std::string& name);
// Of one owner, or of all when the name is empty; by owner and name.
Result<std::vector<TokenRow>> all_tokens(Database& database, const std::string& owner);

// Takes the place of a token of the same owner and name.
Status put_token(Database& database, const TokenRow& row);
Status touch_token(Database& database, const std::string& token_hash, WallTime last_used);
Status revoke_token_row(Database& database, const std::string& owner, const std::string& name,
                        WallTime at);

}  // namespace tidemill
