// Signing in with a password, slowly for those who guess. A wrong password, an unknown user, one
// without a password and a disabled one get the same answer after the same work. Any thread; a call
// blocks for as long as a hash takes (about 0.4 s).
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/throttle.h"
#include "scheduler/people/password.h"
#include "scheduler/people/readers.h"
#include "scheduler/people/sessions.h"

namespace tidemill {

inline constexpr const char* kWrongPassword = "the user name or the password is wrong";

class SignIn {
 public:
  SignIn(Readers& readers, PasswordHasher& hasher);

  struct Answer {
    enum class Kind : std::uint8_t {
      good,     // `verified` is for begin_session
      refused,  // kWrongPassword is all that is said
      wait,     // too many tries of this account or from this address: not tried before `wait`
    } kind = Kind::refused;
    Duration wait{};
    VerifiedPassword verified;
  };
  // `address` is that of the client. An error (`unavailable`) says nothing about the password. Also
  // for asking the current password before one's own is changed.
  Result<Answer> verify(const std::string& user, std::string_view password,
                        std::string_view address, BootTime now);

 private:
  struct Keys {
    std::string account, source;
  };
  Duration begin(const Keys& keys, BootTime now);
  void end(const Keys& keys, const Result<Answer>& answer);
  Result<Answer> look(const std::string& user, std::string_view password);

  Readers& readers_;
  PasswordHasher& hasher_;
  std::mutex mutex_;  // guards what follows
  Throttle accounts_, sources_;
};

}  // namespace tidemill
