// Sessions and one-time sign-in links. A session ends after 8 hours without a request, after 7 days
// whatever happens, by signing out, and with every change of its user's password or role.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "scheduler/people/change.h"
#include "scheduler/storage/people_rows.h"

namespace tidemill {

inline constexpr Duration kSessionIdle = std::chrono::hours(8);
inline constexpr Duration kSessionLife = std::chrono::hours(24 * 7);
inline constexpr Duration kLinkLife = std::chrono::minutes(10);

// Uses are stored to the minute or the hour.
inline WallTime rounded(WallTime at, Duration to) { return {at.us - at.us % to.count()}; }

// Something to show to be let in, which exists once `change` has been committed. The token is known
// here only: hand it out after the commit, and never log it.
struct Credential {
  std::string token;
  Change change;
};

// After a password was verified. `verified_hash` is the one it was verified against: when the user
// was disabled or got another password since then, it is refused. `new_hash` replaces it, for a
// hash that has become too weak.
struct VerifiedPassword {
  std::string user;
  std::string verified_hash;
  std::optional<std::string> new_hash;
};
Credential begin_session(VerifiedPassword verified, std::string address, WallTime now);

// A new session for a user who is signed in already: after one's own change of password.
Credential renew_session(std::string user, std::string address, WallTime now);

// Signing out. Ended sessions cannot be used from the moment of the commit on. `not_found` when
// there is none, which is no reason to keep the cookie.
Change end_session(std::string session_token, std::string user);
Change end_all_sessions(std::string user);

// A link that signs in as `user`, once. It goes into the fragment of an address, never the query.
Credential make_link(std::string user, WallTime now);
// Makes the user `name` as an administrator first, when there is none who could sign in; otherwise
// the change is refused as `conflict`. For the first start.
Credential make_first_link(std::string name, WallTime now);
// Answers {"user": ..}. Unknown, used and outdated links are refused with the same words, and
// looked at again when the change is stored. `reader` is only asked whose link it is, for the audit
// entry.
Result<Credential> use_sign_in_link(Database& reader, std::string link_token, std::string address,
                                    WallTime now);

// Removes what has ended. Harmless at any time; not worth an audit entry.
Change sweep_sessions(WallTime now);

// Whether a session still counts; a clock that was set back ends none.
bool is_alive(const SessionRow& session, WallTime now);

}  // namespace tidemill
