// Rows of sessions and one-time sign-in links, found by the hash of their token.
#pragma once

#include "scheduler/storage/people_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

Result<std::optional<SessionRow>> find_session(Database& database, const std::string& token_hash);
Result<std::vector<SessionRow>> sessions_of(Database& database, const std::string& user);
Status insert_session(Database& database, const SessionRow& row);
Status touch_session(Database& database, const std::string& token_hash, WallTime last_seen);
// Answers how many there were.
Result<std::int64_t> delete_session(Database& database, const std::string& token_hash);
Result<std::int64_t> delete_sessions_of(Database& database, const std::string& user);

Result<std::optional<LinkRow>> find_link(Database& database, const std::string& token_hash);
Status insert_link(Database& database, const LinkRow& row);
Status use_link(Database& database, const std::string& token_hash, WallTime used_at);
Status delete_links_of(Database& database, const std::string& user);

// Sessions last seen before `idle_since` or that ended before `now`, and links that did.
Result<std::int64_t> delete_ended_sessions(Database& database, WallTime now, WallTime idle_since);

}  // namespace tidemill
