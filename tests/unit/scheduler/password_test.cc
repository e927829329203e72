// Passwords: limits before any work, hashes that grow with the times, and few at once.
#include "scheduler/people/password.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tidemill {
namespace {

constexpr PasswordCost kCheap{1, 8192};
constexpr const char* kGood = "correct horse battery";

TEST(Password, LimitsAreCheckedWithoutRepeatingIt) {
  EXPECT_TRUE(check_password(kGood).ok());
  EXPECT_TRUE(check_password(std::string(kMaxPasswordBytes, 'a')).ok());
  EXPECT_TRUE(check_password("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"
                             "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f")
                  .ok());
  for (const std::string& bad :
       {std::string(), std::string("elevenchars"), std::string("\xc3\xa4\xc3\xb6\xc3\xbc secret"),
        std::string(kMaxPasswordBytes + 1, 'a'), std::string(10'000, 'a'),
        std::string("secret secret \xff")}) {
    const Status refused = check_password(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  }
}

TEST(Password, VerifiesItselfAndNothingElse) {
  PasswordHasher hasher(kCheap);
  const std::string hash = hasher.hash(kGood).value();
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0u);
  EXPECT_EQ(hash.find(kGood), std::string::npos);
  EXPECT_NE(hash, hasher.hash(kGood).value());
  EXPECT_TRUE(hasher.verify(&hash, kGood).value());
  for (const std::string& wrong :
       {std::string(), std::string("correct horse batter"), std::string("Correct horse battery"),
        kGood + std::string(1, '\0'), std::string(10'000, 'a'), hash}) {
    EXPECT_FALSE(hasher.verify(&hash, wrong).value());
  }
}

TEST(Password, NobodyKnowsThePasswordOfNobody) {
  PasswordHasher hasher(kCheap);
  EXPECT_FALSE(hasher.verify(nullptr, kGood).value());
  EXPECT_FALSE(hasher.verify(nullptr, "").value());
  const std::string broken = "not a hash";
  EXPECT_FALSE(hasher.verify(&broken, kGood).value());
}

TEST(Password, AHashFromCheaperTimesIsOutdated) {
  PasswordHasher before(kCheap);
  PasswordHasher after(PasswordCost{2, 16384});
  const std::string hash = before.hash(kGood).value();
  EXPECT_FALSE(before.is_outdated(hash));
  EXPECT_TRUE(after.is_outdated(hash));
  EXPECT_TRUE(after.verify(&hash, kGood).value());
}

TEST(Password, TheDefaultIsWhatTheRfcAsksFor) {
  PasswordHasher hasher;
  const std::string hash = hasher.hash(kGood).value();
  EXPECT_EQ(hash.rfind("$argon2id$v=19$m=65536,t=3,p=1$", 0), 0u) << hash;
  EXPECT_FALSE(hasher.is_outdated(hash));
}

TEST(Password, ACrowdIsToldToComeAgainAndNobodyIsLost) {
  PasswordHasher hasher(PasswordCost{1, std::size_t{8} << 20});
  std::atomic<int> hashed = 0, refused = 0, other = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 50; ++i) {
    crowd.emplace_back([&] {
      const auto hash = hasher.hash(kGood);
      if (hash.ok()) {
        ++hashed;
      } else if (hash.error().code == ErrorCode::unavailable) {
        ++refused;
      } else {
        ++other;
      }
    });
  }
  for (std::thread& one : crowd) one.join();
  EXPECT_EQ(hashed + refused, 50);
  EXPECT_GE(hashed, PasswordHasher::kAtOnce);
  EXPECT_EQ(other, 0);
  EXPECT_TRUE(hasher.hash(kGood).ok());
}

}  // namespace
}  // namespace tidemill
