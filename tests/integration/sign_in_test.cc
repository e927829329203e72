// Signing in with a password: right ones get in, guesses get slower, and nothing is given away.
#include "scheduler/people/sign_in.h"

#include <gtest/gtest.h>

#include "tests/support/people_fixture.h"

namespace tidemill {
namespace {

using Kind = SignIn::Answer::Kind;
constexpr const char* kGood = "correct horse battery";

class SigningIn : public PeopleFixture {
 protected:
  void SetUp() override {
    PeopleFixture::SetUp();
    must(create_user({"ann", hasher_.hash(kGood).value(), Role::viewer, false}, now_));
    sign_in_.emplace(*readers_, hasher_);
  }
  SignIn::Answer ask(const std::string& user, const std::string& password,
                     const std::string& address = "10.0.0.1") {
    auto answer = sign_in_->verify(user, password, address, boot_);
    EXPECT_TRUE(answer.ok());
    return std::move(answer).value();
  }

  PasswordHasher hasher_{PasswordCost{1, 8192}};
  std::optional<SignIn> sign_in_;
  BootTime boot_{1'000'000'000};
};

TEST_F(SigningIn, TheRightPasswordBeginsASession) {
  const auto answer = ask("ann", kGood);
  ASSERT_EQ(answer.kind, Kind::good);
  EXPECT_FALSE(answer.verified.new_hash);
  must(begin_session(answer.verified, "10.0.0.1", now_).change);
}

TEST_F(SigningIn, EveryOtherReasonLooksTheSame) {
  add_user("nopass", Role::viewer);
  must(create_user({"gone", hasher_.hash(kGood).value(), Role::viewer, false}, now_));
  must(disable_user("gone"));
  const std::vector<std::pair<std::string, std::string>> tries = {
      {"ann", "wrong horse battery"},
      {"eve", kGood},
      {"nopass", ""},
      {"nopass", kGood},
      {"gone", kGood},
      {"", ""},
      {std::string(1 << 20, 'a'), kGood}};
  int host = 1;
  for (const auto& [user, password] : tries) {
    const auto answer = ask(user, password, fmt::format("10.0.1.{}", host++));
    EXPECT_EQ(answer.kind, Kind::refused) << user.substr(0, 80);
    EXPECT_EQ(answer.verified.user, "");
  }
  EXPECT_EQ(ask("ann", std::string(10'000, 'a')).kind, Kind::refused);
}

TEST_F(SigningIn, AWeakerHashIsReplacedOnTheWayIn) {
  PasswordHasher stronger(PasswordCost{2, 16384});
  SignIn later(*readers_, stronger);
  const auto answer = later.verify("ann", kGood, "::1", boot_).value();
  ASSERT_TRUE(answer.verified.new_hash);
  must(begin_session(answer.verified, "::1", now_).change);
  EXPECT_FALSE(stronger.is_outdated(*user("ann")->password));
  EXPECT_EQ(later.verify("ann", kGood, "::1", boot_)->kind, Kind::good);
}

TEST_F(SigningIn, GuessingOneAccountFromManyAddressesGetsSlowAlsoForUnknownUsers) {
  for (const std::string name : {"ann", "eve"}) {
    int refused = 0, waits = 0;
    for (int i = 0; i < 50; ++i) {
      const auto answer = ask(name, "wrong horse battery", fmt::format("10.0.{}.1", i));
      refused += answer.kind == Kind::refused;
      waits += answer.kind == Kind::wait;
    }
    EXPECT_EQ(refused, 5) << name;
    EXPECT_EQ(waits, 45) << name;
    // The right password has to wait as well, or the answer would tell.
    const auto answer = ask(name, kGood, "10.1.1.1");
    EXPECT_EQ(answer.kind, Kind::wait);
    EXPECT_GT(answer.wait, Duration::zero());
  }
}

TEST_F(SigningIn, GuessingManyAccountsFromOneAddressGetsSlowAndOthersDoNot) {
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    refused += ask(fmt::format("user{}", i), "wrong horse battery").kind == Kind::refused;
  }
  EXPECT_EQ(refused, 20);
  EXPECT_EQ(ask("ann", kGood).kind, Kind::wait);
  EXPECT_EQ(ask("ann", kGood, "10.0.0.2").kind, Kind::good);
}

TEST_F(SigningIn, AThousandTriesAMinuteAreAHandful) {
  int tried = 0;
  for (int i = 0; i < 1000; ++i) {
    tried += ask("ann", "wrong horse battery").kind == Kind::refused;
    boot_ = boot_ + std::chrono::milliseconds(60);
  }
  EXPECT_LE(tried, 12);
  boot_ = boot_ + std::chrono::minutes(5);
  EXPECT_EQ(ask("ann", kGood).kind, Kind::good);
}

TEST_F(SigningIn, GoodOnesAreNotSlowed) {
  for (int i = 0; i < 60; ++i) EXPECT_EQ(ask("ann", kGood).kind, Kind::good) << i;
}

TEST_F(SigningIn, AGoodAccountBuysNoGuessesOfOthers) {
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    if (ask("ann", kGood).kind == Kind::wait) break;
    refused += ask(fmt::format("user{}", i), "wrong horse battery").kind == Kind::refused;
  }
  EXPECT_LE(refused, 20);
}

}  // namespace
}  // namespace tidemill
