#include "scheduler/people/sign_in.h"

#include <algorithm>
#include <optional>

#include "scheduler/people/address.h"
#include "scheduler/storage/people_users.h"

namespace tidemill {
namespace {

// One address may be that of a whole office.
ThrottleRule rule_for_sources() {
  ThrottleRule rule;
  rule.free_tries = 20;
  rule.longest_wait = std::chrono::minutes(15);
  return rule;
}

std::string account_key(const std::string& user) { return user.substr(0, 80); }

}  // namespace

SignIn::SignIn(Readers& readers, PasswordHasher& hasher)
    : readers_(readers), hasher_(hasher), accounts_(ThrottleRule()), sources_(rule_for_sources()) {}

Result<SignIn::Answer> SignIn::verify(const std::string& user, std::string_view password,
                                      std::string_view address, BootTime now) {
  const Keys keys{account_key(user), source_of(address)};
  const Duration wait = begin(keys, now);
  if (wait > Duration::zero()) return Answer{Answer::Kind::wait, wait, {}};
  auto answer = look(user, password);
  end(keys, answer);
  return answer;
}

Duration SignIn::begin(const Keys& keys, BootTime now) {
  const std::lock_guard lock(mutex_);
  const Duration wait = std::max(accounts_.wait(keys.account, now),
                                 sources_.wait(keys.source, now));
  if (wait > Duration::zero()) return wait;
  accounts_.begin(keys.account, now);
  sources_.begin(keys.source, now);
  return Duration::zero();
}

// Good ends the count of the account, not that of the address: one good account must not buy
// further tries of others.
void SignIn::end(const Keys& keys, const Result<Answer>& answer) {
  const bool good = answer.ok() && answer->kind == Answer::Kind::good;
  if (answer.ok() && !good) return;
  const std::lock_guard lock(mutex_);
  sources_.take_back(keys.source);
  if (good) return accounts_.forget(keys.account);
  accounts_.take_back(keys.account);
}

Result<SignIn::Answer> SignIn::look(const std::string& user, std::string_view password) {
  std::optional<UserRow> row;
  {
    auto reader = TRY(readers_.take());
    row = TRY(find_user(*reader, user));
  }
  const bool can = row && row->password && !row->disabled;
  const std::string* stored = can ? &*row->password : nullptr;
  if (!TRY(hasher_.verify(stored, password))) return Answer{};
  Answer answer{Answer::Kind::good, {}, {user, *stored, std::nullopt}};
  if (hasher_.is_outdated(*stored)) answer.verified.new_hash = TRY(hasher_.hash(password));
  return answer;
}

}  // namespace tidemill
