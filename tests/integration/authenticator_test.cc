// Who is asking: every way in, and everything that only looks like one.
#include "scheduler/people/authenticator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "scheduler/people/api_tokens.h"
#include "scheduler/people/bearer.h"
#include "scheduler/people/sessions.h"
#include "scheduler/storage/people_sessions.h"
#include "scheduler/storage/people_tokens.h"
#include "tests/support/people_fixture.h"

namespace tidemill {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

class Authentication : public PeopleFixture {
 protected:
  void SetUp() override {
    PeopleFixture::SetUp();
    add_user("root", Role::admin);
    add_user("ann", Role::operator_);
    must(grant_role("ann", "train", Role::editor));
    TrustedProxy proxy;
    proxy.header = "x-user";
    proxy.addresses = {parse_address_range("10.9.0.0/16").value()};
    authenticator_.emplace(*readers_, proxy);
  }

  Result<Principal> ask(const Headers& headers, const std::string& address = "10.0.0.1") {
    return authenticator_->authenticate(shown(headers, address), now_);
  }
  static Shown shown(const Headers& headers, const std::string& address) {
    Shown shown;
    shown.headers = &headers;
    shown.address = address;
    return shown;
  }
  Result<Principal> with_token(const std::string& token) {
    return ask({{"authorization", "Bearer " + token}});
  }
  Result<Principal> with_session(const std::string& token) {
    return ask({{"cookie", "tidemill=" + token}});
  }
  bool is_anonymous(const Result<Principal>& who) {
    return who.ok() && who->kind == Principal::Kind::anonymous && !who->signed_in();
  }

  Principal principal(const std::string& name, Role role) {
    Principal who;
    who.kind = Principal::Kind::user;
    who.name = name;
    who.role = role;
    return who;
  }
  std::string api_token(NewToken token) {
    const Credential made = create_api_token(std::move(token), principal("root", Role::admin),
                                             now_);
    must(made.change);
    return made.token;
  }
  std::string session(const std::string& name) {
    const Credential made = renew_session(name, "10.0.0.1", now_);
    must(made.change);
    return made.token;
  }

  std::optional<Authenticator> authenticator_;
};

TEST_F(Authentication, NothingShownIsNobody) {
  EXPECT_TRUE(is_anonymous(ask({})));
  EXPECT_TRUE(is_anonymous(ask({{"cookie", ""}})));
  EXPECT_TRUE(is_anonymous(ask({{"cookie", "theme=dark"}})));
  EXPECT_TRUE(is_anonymous(ask({}, "unix")));
}

TEST_F(Authentication, ASessionIsItsUserWithRoleAndGrants) {
  const auto who = with_session(session("ann")).value();
  EXPECT_EQ(who.kind, Principal::Kind::user);
  EXPECT_EQ(who.name, "ann");
  EXPECT_EQ(who.role, Role::operator_);
  EXPECT_EQ(who.role_for("train"), Role::editor);
  EXPECT_EQ(who.role_for("other"), Role::operator_);
}

TEST_F(Authentication, GarbageInTheHeaderIsRefusedWithTheSameWords) {
  const std::string token = api_token({"ann", "ci", Role::operator_, std::nullopt, {}});
  std::string mistyped = token;
  mistyped[20] = mistyped[20] == 'x' ? 'y' : 'x';
  const std::string refusal = with_token("nothing").error().message;
  for (const std::string& bad :
       {mistyped, token.substr(0, 52), token + "x", std::string(1 << 20, 'A'), std::string(),
        make_token(TokenKind::api), make_token(TokenKind::session), session("ann"),
        std::string("tm_a' OR 1=1 --")}) {
    const auto who = with_token(bad);
    ASSERT_FALSE(who.ok());
    EXPECT_EQ(who.error().code, ErrorCode::invalid);
    EXPECT_EQ(who.error().message, refusal);
  }
  EXPECT_TRUE(with_token(token).ok());
  EXPECT_TRUE(ask({{"authorization", "bearer  " + token + " "}}).ok());
  for (const std::string& other : {"Basic " + token, token, std::string("Bearer")}) {
    EXPECT_FALSE(ask({{"authorization", other}}).ok()) << other;
  }
}

TEST_F(Authentication, ATokenMayAtMostWhatItsScopeAndItsOwnerMay) {
  const std::string token = api_token({"ann", "ci", Role::operator_, std::nullopt, {}});
  auto who = with_token(token).value();
  EXPECT_EQ(who.kind, Principal::Kind::token);
  EXPECT_EQ(who.name, "ann");
  EXPECT_EQ(who.token, "ci");
  EXPECT_EQ(who.role, Role::operator_);
  EXPECT_EQ(who.role_for("train"), Role::operator_);
  // What the owner loses, the token loses at once, and it never gains.
  must(change_role("ann", Role::viewer));
  EXPECT_EQ(with_token(token)->role_for("other"), Role::viewer);
  must(change_role("ann", Role::admin));
  EXPECT_EQ(with_token(token)->role_for("other"), Role::operator_);
  must(disable_user("ann"));
  EXPECT_FALSE(with_token(token).ok());
  must(enable_user("ann"));
  EXPECT_TRUE(with_token(token).ok());
  must(delete_user("ann"));
  EXPECT_FALSE(with_token(token).ok());
}

TEST_F(Authentication, ATokenForSomeDagsSeesNoOther) {
  NewToken wanted{"ann", "ci", Role::operator_, std::vector<std::string>{"train", "etl"}, {}};
  const auto who = with_token(api_token(wanted)).value();
  EXPECT_EQ(who.role, Role::none);
  EXPECT_EQ(who.role_for("train"), Role::operator_);
  EXPECT_EQ(who.role_for("etl"), Role::operator_);
  EXPECT_EQ(who.role_for("other"), Role::none);
  EXPECT_FALSE(may_read(who, "other"));
  EXPECT_TRUE(allows(who, Permission::read));
  EXPECT_FALSE(allows(who, Permission::operate));
}

TEST_F(Authentication, RevokedAndExpiredTokensAreRefusedAtOnce) {
  const std::string token = api_token({"ann", "ci", Role::viewer, std::nullopt, {}});
  const std::string brief = api_token(
      {"ann", "brief", Role::viewer, std::nullopt, now_ + std::chrono::hours(1)});
  EXPECT_TRUE(with_token(token).ok());
  must(revoke_api_token("ann", "ci", principal("ann", Role::operator_), now_));
  EXPECT_EQ(with_token(token).error().message, "this API token was revoked");
  EXPECT_TRUE(with_token(brief).ok());
  now_ = now_ + std::chrono::hours(1);
  EXPECT_EQ(with_token(brief).error().message, "this API token has expired");
}

TEST_F(Authentication, ATokenIsNotMadeAboveItsMakerOrItsOwner) {
  const auto refused = [&](NewToken token, const Principal& maker) {
    const auto done = commit(create_api_token(std::move(token), maker, now_).change);
    return done.ok() ? std::string() : done.error().message;
  };
  Principal ann = principal("ann", Role::operator_);
  ann.grants = {{"train", Role::editor}};
  const Principal root = principal("root", Role::admin);
  using Dags = std::vector<std::string>;
  EXPECT_NE(refused({"ann", "a", Role::admin, std::nullopt, {}}, ann), "");
  EXPECT_NE(refused({"ann", "a", Role::editor, Dags{"train", "etl"}, {}}, ann), "");
  EXPECT_EQ(refused({"ann", "a", Role::editor, Dags{"train"}, {}}, ann), "");
  EXPECT_NE(refused({"ann", "b", Role::admin, std::nullopt, {}}, root), "");
  EXPECT_EQ(refused({"root", "c", Role::viewer, std::nullopt, {}}, ann), "there is no user 'root'");
  EXPECT_EQ(refused({"eve", "c", Role::viewer, std::nullopt, {}}, root), "there is no user 'eve'");
  EXPECT_NE(refused({"ann", "d", Role::none, std::nullopt, {}}, ann), "");
  EXPECT_NE(refused({"ann", "d", Role::viewer, Dags{}, {}}, ann), "");
  EXPECT_NE(refused({"ann", "d", Role::viewer, Dags{"a b"}, {}}, ann), "");
  EXPECT_NE(refused({"ann", "d/e", Role::viewer, std::nullopt, {}}, ann), "");
  EXPECT_NE(refused({"ann", "d", Role::viewer, std::nullopt, now_}, ann), "");
  EXPECT_NE(refused({"ann", "a", Role::viewer, std::nullopt, {}}, ann), "");  // the name is taken
  Principal token = root;
  token.kind = Principal::Kind::token;
  EXPECT_NE(refused({"root", "e", Role::viewer, std::nullopt, {}}, token), "");
}

TEST_F(Authentication, OnesOwnTokensCanBeRevokedAndOthersDoNotExist) {
  const std::string token = api_token({"root", "ci", Role::viewer, std::nullopt, {}});
  const Principal ann = principal("ann", Role::operator_);
  EXPECT_EQ(commit(revoke_api_token("root", "ci", ann, now_)).error().code, ErrorCode::not_found);
  EXPECT_TRUE(with_token(token).ok());
  must(revoke_api_token("root", "ci", principal("root", Role::admin), now_));
  EXPECT_FALSE(with_token(token).ok());
  // A revoked name is free again, and the old token stays refused.
  const std::string again = api_token({"root", "ci", Role::viewer, std::nullopt, {}});
  EXPECT_TRUE(with_token(again).ok());
  EXPECT_FALSE(with_token(token).ok());
}

TEST_F(Authentication, ASessionThatEndedIsNobody) {
  const std::string one = session("ann");
  const std::string two = session("ann");
  must(end_session(one, "ann"));
  EXPECT_TRUE(is_anonymous(with_session(one)));
  EXPECT_TRUE(with_session(two)->signed_in());
  EXPECT_EQ(commit(end_session(one, "ann")).error().code, ErrorCode::not_found);
  must(change_role("ann", Role::viewer));
  EXPECT_TRUE(is_anonymous(with_session(two)));
}

TEST_F(Authentication, ASessionEndsWhenIdleAndAfterAWeekOfUse) {
  const std::string token = session("ann");
  const WallTime begun = now_;
  now_ = begun + (kSessionIdle - std::chrono::minutes(2));
  EXPECT_TRUE(with_session(token)->signed_in());
  now_ = begun + kSessionIdle;
  EXPECT_TRUE(is_anonymous(with_session(token)));
  for (now_ = begun; now_ < begun + kSessionLife; now_ = now_ + std::chrono::hours(4)) {
    ASSERT_TRUE(with_session(token)->signed_in()) << format_rfc3339(now_);
    if (const auto uses = authenticator_->take_uses()) must(*uses);
  }
  EXPECT_TRUE(is_anonymous(with_session(token)));
}

TEST_F(Authentication, UsesAreRoundedAndARecheckIsNone) {
  const std::string token = session("ann");
  const std::string api = api_token({"ann", "ci", Role::viewer, std::nullopt, {}});
  with_session(token).value();
  EXPECT_FALSE(authenticator_->take_uses());
  now_ = now_ + std::chrono::hours(3);
  const Headers headers = {{"cookie", "tidemill=" + token}};
  Shown recheck = shown(headers, "10.0.0.1");
  recheck.counts_as_use = false;
  EXPECT_TRUE(authenticator_->authenticate(recheck, now_)->signed_in());
  EXPECT_FALSE(authenticator_->take_uses());
  with_session(token).value();
  with_token(api).value();
  const auto uses = authenticator_->take_uses();
  ASSERT_TRUE(uses);
  must(*uses);
  const auto seen =
      read([&](Database& d) { return find_session(d, token_hash(token)); }).value()->last_seen;
  EXPECT_EQ(seen.us % 60'000'000, 0);
  EXPECT_LE(now_ - seen, std::chrono::minutes(1));
  const auto used =
      read([&](Database& d) { return find_token(d, token_hash(api)); }).value()->last_used;
  EXPECT_EQ(used.us % 3'600'000'000, 0);
  EXPECT_LE(now_ - used, std::chrono::hours(1));
}

TEST_F(Authentication, OnlyTheProxyIsBelieved) {
  EXPECT_EQ(ask({{"x-user", "ann"}}, "10.9.1.2")->name, "ann");
  EXPECT_EQ(ask({{"x-user", "ann"}}, "::ffff:10.9.1.2")->name, "ann");
  EXPECT_TRUE(is_anonymous(ask({{"x-user", "root"}}, "10.0.0.1")));
  EXPECT_TRUE(is_anonymous(ask({{"x-user", "root"}}, "unix")));
  EXPECT_TRUE(is_anonymous(ask({{"x-user", "root"}}, "")));
  EXPECT_TRUE(is_anonymous(ask({{"x-user", ""}}, "10.9.1.2")));
  EXPECT_TRUE(is_anonymous(ask({{"x-user", "ann"}, {"x-user", "root"}}, "10.9.1.2")));
  EXPECT_FALSE(ask({{"x-user", "eve"}}, "10.9.1.2").ok());
  // It speaks for itself, not for a cookie or for what its client showed it.
  const std::string root = session("root");
  EXPECT_EQ(ask({{"cookie", "tidemill=" + root}, {"x-user", "ann"}}, "10.9.1.2")->name, "ann");
  EXPECT_EQ(ask({{"authorization", "Basic abc"}, {"x-user", "ann"}}, "10.9.1.2")->name, "ann");
  EXPECT_EQ(ask({{"authorization", "Bearer e.y.J"}, {"x-user", "ann"}}, "10.9.1.2")->name, "ann");
  const std::string token = api_token({"root", "ci", Role::viewer, std::nullopt, {}});
  EXPECT_EQ(ask({{"authorization", "Bearer " + token}, {"x-user", "ann"}}, "10.9.1.2")->token,
            "ci");
  must(disable_user("ann"));
  EXPECT_FALSE(ask({{"x-user", "ann"}}, "10.9.1.2").ok());
}

TEST_F(Authentication, WithoutAProxyTheHeaderIsNothing) {
  Authenticator none(*readers_, {});
  const Headers headers = {{"x-user", "root"}, {"", "root"}};
  EXPECT_TRUE(is_anonymous(none.authenticate(shown(headers, "10.9.1.2"), now_)));
}

TEST_F(Authentication, TheLocalSocketOfTheSameUserIsAnAdministrator) {
  const Headers none;
  Shown local = shown(none, "unix");
  local.peer_uid = ::geteuid();
  const auto who = authenticator_->authenticate(local, now_).value();
  EXPECT_EQ(who.kind, Principal::Kind::local);
  EXPECT_TRUE(allows(who, Permission::administer));
  local.peer_uid = 0;
  EXPECT_TRUE(allows(authenticator_->authenticate(local, now_).value(), Permission::administer));
  local.peer_uid = ::geteuid() + 4711;
  EXPECT_TRUE(is_anonymous(authenticator_->authenticate(local, now_)));
  // Somebody who names himself is that one.
  const Headers token = {
      {"authorization", "Bearer " + api_token({"ann", "ci", Role::viewer, std::nullopt, {}})}};
  Shown named = shown(token, "unix");
  named.peer_uid = ::geteuid();
  EXPECT_EQ(authenticator_->authenticate(named, now_)->name, "ann");
}

TEST_F(Authentication, WhoMustChangeThePasswordMayDoNothingElse) {
  must(grant_role("ann", "etl", Role::admin));
  must(change_password("ann", "hash", MustChange::yes, now_));
  const auto who = with_session(session("ann")).value();
  EXPECT_TRUE(allows(who, Permission::signed_in));
  EXPECT_FALSE(allows(who, Permission::read));
  EXPECT_FALSE(allows(who, Permission::read, "etl"));
  const auto token = with_token(api_token({"ann", "ci", Role::viewer, std::nullopt, {}})).value();
  EXPECT_FALSE(allows(token, Permission::read, "etl"));
  must(change_password("ann", "hash2", MustChange::no, now_));
  EXPECT_TRUE(allows(with_session(session("ann")).value(), Permission::operate));
}

TEST_F(Authentication, ASessionChosenBySomebodyElseIsNobody) {
  EXPECT_TRUE(is_anonymous(with_session(make_token(TokenKind::session))));
  const std::string one = session("ann");
  EXPECT_NE(one, session("ann"));
  EXPECT_TRUE(is_anonymous(with_session(token_hash(one))));
}

}  // namespace
}  // namespace tidemill
