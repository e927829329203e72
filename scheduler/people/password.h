// Passwords as argon2id hashes (RFC 9106: 64 MiB, three passes, one lane; about 0.4 s). Each hash
// takes its memory while it works, so only a few work at once and few wait; the rest are told to
// come again. Any thread; calls block.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

inline constexpr std::size_t kMinPasswordCharacters = 12;
inline constexpr std::size_t kMaxPasswordBytes = 1024;

// Whether it may become somebody's password. Errors never repeat it.
Status check_password(std::string_view password);

struct PasswordCost {
  unsigned long long passes = 3;
  std::size_t memory = std::size_t{64} << 20;
};

class PasswordHasher {
 public:
  static constexpr int kAtOnce = 2;
  static constexpr int kWaiting = 1;  // beyond it calls are refused as `unavailable`

  explicit PasswordHasher(PasswordCost cost = {}) : cost_(cost) {}

  // The hash with its parameters and a fresh salt, for a password that check_password accepts.
  Result<std::string> hash(std::string_view password);
  // Against a stored hash; without one (unknown user, no password) it takes as long and is false.
  Result<bool> verify(const std::string* stored, std::string_view password);
  // The hash was made with less than what is asked today.
  bool is_outdated(const std::string& stored) const;

 private:
  class Place;  // one of those that work at once

  PasswordCost cost_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable left_;
  int working_ = 0, waiting_ = 0;
};

}  // namespace tidemill
