// Finds out who sends a request. It looks into the database every time, so what was revoked is
// refused from its commit on. Any thread.
//
// In this order, and the first that is there decides:
//   Authorization: Bearer <API token>   not good = an error (beside a trusted proxy, which may pass
//                                       on tokens of others: only what has the shape of ours)
//   the header of a trusted proxy       not good = an error; only from its addresses, else ignored
//   the session cookie                  not good = anonymous, so that one can sign in again
//   the local socket                    the scheduler's own user and root are administrators
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/access.h"
#include "scheduler/people/address.h"
#include "scheduler/people/change.h"
#include "scheduler/people/cookie.h"
#include "scheduler/people/readers.h"

namespace tidemill {

// Sign-in by a proxy that puts the name of the user into a header. The user must exist here.
struct TrustedProxy {
  std::string header;                   // lower case; empty = there is none
  std::vector<AddressRange> addresses;  // from which it is believed
};

// What a request shows, as in http::Request.
struct Shown {
  const std::vector<std::pair<std::string, std::string>>* headers = nullptr;  // names in lower case
  std::string address;                    // of the peer; "unix" for the local socket
  std::optional<std::uint32_t> peer_uid;  // of the peer on the local socket, from the kernel
  Transport transport = Transport::plain;
  bool counts_as_use = true;  // keeps a session alive
};

class Authenticator {
 public:
  Authenticator(Readers& readers, TrustedProxy proxy)
      : readers_(readers), proxy_(std::move(proxy)) {}

  // An error of code `invalid` means that what was shown is not good: 401 with its message.
  // `unavailable` and `corrupt` are the database's. A user who must change the password first is
  // signed in and may do nothing else (Role::none).
  Result<Principal> authenticate(const Shown& shown, WallTime now);

  // When sessions and tokens were last used, to be stored every half minute or so without an audit
  // entry; nullopt when there is nothing new.
  std::optional<Change> take_uses();

 private:
  Result<Principal> by_token(const std::string& text, const Shown& shown, WallTime now);
  Result<Principal> by_proxy(const std::string& user);
  Result<Principal> by_session(const std::string& token, const Shown& shown, WallTime now);
  const std::string* proxy_user(const Shown& shown) const;

  Readers& readers_;
  TrustedProxy proxy_;
  std::mutex mutex_;                                             // guards what follows
  std::map<std::string, WallTime> sessions_used_, tokens_used_;  // by hash
};

}  // namespace tidemill
