// Users, roles and grants: never without an administrator, never half a change.
#include "scheduler/people/accounts.h"

#include <gtest/gtest.h>

#include "scheduler/people/sessions.h"
#include "scheduler/storage/people_sessions.h"
#include "tests/support/people_fixture.h"

namespace tidemill {
namespace {

class Accounts : public PeopleFixture {
 protected:
  void expect_refused(const Change& change, ErrorCode code, const std::string& why) {
    const auto done = commit(change);
    ASSERT_FALSE(done.ok()) << why;
    EXPECT_EQ(done.error().code, code);
    EXPECT_NE(done.error().message.find(why), std::string::npos) << done.error().message;
  }
  std::size_t sessions(const std::string& name) {
    return read([&](Database& d) { return sessions_of(d, name); }).value().size();
  }
  Grants grants(const std::string& name) {
    return read([&](Database& d) { return grants_of(d, name); }).value();
  }
};

TEST_F(Accounts, AUserIsMadeOnce) {
  must(create_user({"ann", "hash", Role::editor, true}, now_));
  const auto ann = user("ann");
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->password, "hash");
  EXPECT_EQ(ann->role, Role::editor);
  EXPECT_TRUE(ann->must_change);
  EXPECT_EQ(ann->created_at, now_);
  EXPECT_EQ(ann->password_at, now_);
  expect_refused(create_user({"ann", std::nullopt, Role::none, false}, now_), ErrorCode::conflict,
                 "already");
  EXPECT_EQ(user("ann")->role, Role::editor);
  expect_refused(create_user({"Ann", std::nullopt, Role::none, false}, now_), ErrorCode::invalid,
                 "no name for a user");
}

TEST_F(Accounts, WithoutAPasswordThereIsNone) {
  add_user("ann", Role::viewer);
  EXPECT_FALSE(user("ann")->password);
  EXPECT_EQ(user("ann")->password_at.us, 0);
}

TEST_F(Accounts, TheLastAdministratorStays) {
  add_user("ann", Role::admin);
  add_user("bob", Role::editor);
  expect_refused(delete_user("ann"), ErrorCode::conflict, "last administrator");
  expect_refused(disable_user("ann"), ErrorCode::conflict, "last administrator");
  expect_refused(change_role("ann", Role::editor), ErrorCode::conflict, "last administrator");
  must(change_role("ann", Role::admin));
  must(change_role("bob", Role::admin));
  must(disable_user("bob"));
  expect_refused(delete_user("ann"), ErrorCode::conflict, "last administrator");
  // A disabled one is none, so it may go.
  must(delete_user("bob"));
  EXPECT_TRUE(user("ann"));
}

TEST_F(Accounts, TwoAdministratorsInOneBatchCannotBothGo) {
  add_user("ann", Role::admin);
  add_user("bob", Role::admin);
  Batch batch;
  for (const char* name : {"ann", "bob"}) {
    auto operation = std::make_shared<Operation>();
    operation->apply = delete_user(name).store;
    batch.operations.push_back(operation);
  }
  ASSERT_TRUE(writer_->commit(batch).ok());
  EXPECT_TRUE(batch.operations[0]->outcome->ok());
  EXPECT_FALSE(batch.operations[1]->outcome->ok());
  EXPECT_TRUE(user("bob"));
}

TEST_F(Accounts, UnknownUsersAreNotFound) {
  for (const Change& change :
       {delete_user("eve"), disable_user("eve"), enable_user("eve"),
        change_role("eve", Role::admin), change_password("eve", "h", MustChange::no, now_),
        grant_role("eve", "etl", Role::viewer), revoke_grant("eve", "etl"),
        make_link("eve", now_).change}) {
    const auto done = commit(change);
    ASSERT_FALSE(done.ok()) << change.action;
    EXPECT_EQ(done.error().code, ErrorCode::not_found) << change.action;
  }
}

TEST_F(Accounts, PasswordRoleAndDisablingEndSessionsAndLinks) {
  add_user("root", Role::admin);
  const std::vector<std::function<Change()>> changes = {
      [&] { return change_password("ann", "new", MustChange::no, now_); },
      [&] { return change_role("ann", Role::operator_); }, [&] { return disable_user("ann"); }};
  for (const auto& change : changes) {
    add_user("ann", Role::viewer);
    const Credential session = renew_session("ann", "10.0.0.1", now_);
    const Credential link = make_link("ann", now_);
    must(session.change);
    must(renew_session("root", "10.0.0.1", now_).change);
    must(link.change);
    EXPECT_EQ(sessions("ann"), 1u);
    must(change());
    EXPECT_EQ(sessions("ann"), 0u);
    EXPECT_GE(sessions("root"), 1u);
    const auto used = read([&](Database& d) { return use_sign_in_link(d, link.token, "", now_); });
    EXPECT_FALSE(commit(used.value().change).ok());
    must(delete_user("ann"));
  }
}

TEST_F(Accounts, DeletingAUserTakesAllThatIsTheirs) {
  add_user("root", Role::admin);
  add_user("ann", Role::viewer);
  must(grant_role("ann", "etl", Role::editor));
  must(renew_session("ann", "", now_).change);
  must(delete_user("ann"));
  EXPECT_EQ(sessions("ann"), 0u);
  add_user("ann", Role::none);
  EXPECT_TRUE(grants("ann").empty());
}

TEST_F(Accounts, GrantsAreGivenReplacedAndTakenAway) {
  add_user("ann", Role::none);
  must(grant_role("ann", "etl", Role::viewer));
  must(grant_role("ann", "etl", Role::editor));
  must(grant_role("ann", "train", Role::operator_));
  EXPECT_EQ(grants("ann"), (Grants{{"etl", Role::editor}, {"train", Role::operator_}}));
  must(revoke_grant("ann", "etl"));
  EXPECT_EQ(grants("ann"), (Grants{{"train", Role::operator_}}));
  expect_refused(revoke_grant("ann", "etl"), ErrorCode::not_found, "no grant");
  expect_refused(grant_role("ann", "etl", Role::none), ErrorCode::invalid, "a grant gives");
  expect_refused(grant_role("ann", "*", Role::admin), ErrorCode::invalid, "no name for a dag");
}

TEST_F(Accounts, ALinkWorksOnceAndTenMinutes) {
  add_user("ann", Role::viewer);
  const auto use = [&](const std::string& token, WallTime at) {
    const auto used = read([&](Database& d) { return use_sign_in_link(d, token, "::1", at); });
    return commit(used.value().change);
  };
  const Credential link = make_link("ann", now_);
  EXPECT_FALSE(use(link.token, now_).ok());  // not committed yet
  must(link.change);
  EXPECT_TRUE(use(link.token, now_).ok());
  EXPECT_EQ(sessions("ann"), 1u);
  const std::string refusal = use(link.token, now_).error().message;
  const Credential late = make_link("ann", now_);
  must(late.change);
  EXPECT_EQ(use(late.token, now_ + kLinkLife).error().message, refusal);
  EXPECT_EQ(use("garbage", now_).error().message, refusal);
  EXPECT_TRUE(use(late.token, now_ + (kLinkLife - Duration(1))).ok());
  must(disable_user("ann"));
}

TEST_F(Accounts, TheFirstLinkMakesAnAdministratorOnlyWhenThereIsNone) {
  const Credential lost = make_first_link("admin", now_);
  must(lost.change);
  const Credential first = make_first_link("admin", now_);
  must(first.change);
  EXPECT_EQ(user("admin")->role, Role::admin);
  const auto use = [&](const Credential& link) {
    const auto used = read([&](Database& d) { return use_sign_in_link(d, link.token, "", now_); });
    return commit(used.value().change).ok();
  };
  EXPECT_FALSE(use(lost));
  EXPECT_TRUE(use(first));
  must(change_password("admin", "hash", MustChange::no, now_));
  expect_refused(make_first_link("admin", now_).change, ErrorCode::conflict, "already");
  expect_refused(make_first_link("other", now_).change, ErrorCode::conflict, "already");
}

TEST_F(Accounts, ASessionBeginsOnlyWithThePasswordThatWasVerified) {
  must(create_user({"ann", "old", Role::viewer, false}, now_));
  const Credential session = begin_session({"ann", "old", std::nullopt}, "", now_);
  const Credential rehash = begin_session({"ann", "old", "stronger"}, "", now_);
  const Credential late = begin_session({"ann", "old", std::nullopt}, "", now_);
  must(session.change);
  must(rehash.change);
  EXPECT_EQ(user("ann")->password, "stronger");
  expect_refused(late.change, ErrorCode::conflict, "sign in again");
  const Credential disabled = begin_session({"ann", "stronger", std::nullopt}, "", now_);
  must(disable_user("ann"));
  expect_refused(disabled.change, ErrorCode::conflict, "sign in again");
}

TEST_F(Accounts, SweepingRemovesWhatHasEnded) {
  add_user("ann", Role::viewer);
  must(renew_session("ann", "", now_).change);
  must(renew_session("ann", "", now_ + kSessionIdle).change);
  must(sweep_sessions(now_ + kSessionIdle));
  EXPECT_EQ(sessions("ann"), 1u);
}

}  // namespace
}  // namespace tidemill
