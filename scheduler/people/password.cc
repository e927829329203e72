#include "scheduler/people/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <memory>

#include "base/text.h"

namespace tidemill {

Status check_password(std::string_view password) {
  if (password.size() > kMaxPasswordBytes) {
    return invalid(fmt::format("the password is longer than {} bytes", kMaxPasswordBytes));
  }
  if (find_invalid_utf8(password)) return invalid("the password is not valid UTF-8");
  if (count_code_points(password) < kMinPasswordCharacters) {
    return invalid(
        fmt::format("the password is too short: use at least {} characters, for example "
                    "four words",
                    kMinPasswordCharacters));
  }
  return Ok{};
}

class PasswordHasher::Place {
 public:
  static Result<std::unique_ptr<Place>> take(PasswordHasher& hasher) {
    CHECK(sodium_init() >= 0);
    std::unique_lock lock(hasher.mutex_);
    if (hasher.working_ == kAtOnce) {
      if (hasher.waiting_ == kWaiting) {
        return unavailable("too many sign-ins at once; try again in a second");
      }
      ++hasher.waiting_;
      hasher.left_.wait(lock, [&] { return hasher.working_ < kAtOnce; });
      --hasher.waiting_;
    }
    ++hasher.working_;
    return std::unique_ptr<Place>(new Place(hasher));
  }
  ~Place() {
    {
      const std::lock_guard lock(hasher_.mutex_);
      --hasher_.working_;
    }
    hasher_.left_.notify_one();
  }

 private:
  explicit Place(PasswordHasher& hasher) : hasher_(hasher) {}
  PasswordHasher& hasher_;
};

Result<std::string> PasswordHasher::hash(std::string_view password) {
  const auto place = TRY(Place::take(*this));
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost_.passes,
                        cost_.memory) != 0) {
    return unavailable("there is not enough memory to hash a password");
  }
  return std::string(text.data());
}

Result<bool> PasswordHasher::verify(const std::string* stored, std::string_view password) {
  // Nobody has such a password, and that is known without knowing the user.
  if (password.size() > kMaxPasswordBytes) return false;
  if (stored == nullptr) {
    TRY(hash(password));
    return false;
  }
  const auto place = TRY(Place::take(*this));
  return crypto_pwhash_str_verify(stored->c_str(), password.data(), password.size()) == 0;
}

bool PasswordHasher::is_outdated(const std::string& stored) const {
  return crypto_pwhash_str_needs_rehash(stored.c_str(), cost_.passes, cost_.memory) != 0;
}

}  // namespace tidemill
