// The policy as a table: what each kind of sender may do, in general and for one dag.
#include "core/access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tidemill {
namespace {

constexpr std::array kRoles = {Role::none, Role::viewer, Role::operator_, Role::editor,
                               Role::admin};
constexpr std::array kPermissions = {Permission::anyone, Permission::signed_in,
                                     Permission::read,   Permission::operate,
                                     Permission::edit,   Permission::administer};

Principal somebody(Role role) {
  Principal who;
  who.kind = Principal::Kind::user;
  who.name = "ann";
  who.role = role;
  return who;
}

TEST(Access, WordsComeBackAndOthersAreRefusedWithTheNearest) {
  for (const Role role : kRoles) EXPECT_EQ(parse_role(to_word(role)).value(), role);
  EXPECT_NE(parse_role("admim").error().message.find("did you mean admin"), std::string::npos);
  for (const char* word : {"", "Admin", "admin ", " viewer", "root", "operator_"}) {
    EXPECT_FALSE(parse_role(word).ok()) << word;
  }
}

// One column for each permission, in their order; x = allowed.
TEST(Access, RolesAndPermissionsAreThisTable) {
  const std::array<std::string_view, 5> expected = {"xx    ",   // none
                                                    "xxx   ",   // viewer
                                                    "xxxx  ",   // operator
                                                    "xxxxx ",   // editor
                                                    "xxxxxx"};  // admin
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    const Principal who = somebody(kRoles[i]);
    for (std::size_t p = 0; p < kPermissions.size(); ++p) {
      const bool may = expected[i][p] == 'x';
      EXPECT_EQ(allows(who, kPermissions[p]), may) << i << " " << p;
      EXPECT_EQ(allows(who, kPermissions[p], "any"), may) << i << " " << p;
    }
  }
}

TEST(Access, WithoutAnAccountOnlyWhatIsForAnyone) {
  Principal who;
  // What a forgotten check elsewhere might leave behind still opens nothing.
  who.role = Role::admin;
  who.grants["etl"] = Role::admin;
  for (const Permission permission : kPermissions) {
    EXPECT_EQ(allows(who, permission), permission == Permission::anyone);
    EXPECT_EQ(allows(who, permission, "etl"), permission == Permission::anyone);
  }
}

// Every general role x grant x bound, against the sentence of the header written another way.
TEST(Access, AGrantRaisesTheRoleForItsDagAloneAndTheScopeBoundsBoth) {
  for (const Role general : kRoles) {
    for (const Role granted : kRoles) {
      for (const Role bound : kRoles) {
        Principal who = somebody(general);
        who.kind = Principal::Kind::token;
        who.grants["etl"] = granted;
        who.at_most = bound;
        const auto number = [](Role role) { return static_cast<int>(role); };
        const int here = std::min(std::max(number(general), number(granted)), number(bound));
        const int elsewhere = std::min(number(general), number(bound));
        EXPECT_EQ(number(who.role_for("etl")), here);
        EXPECT_EQ(number(who.role_for("other")), elsewhere);
        for (const Permission permission :
             {Permission::read, Permission::operate, Permission::edit, Permission::administer}) {
          const int needed = number(needed_role(permission));
          EXPECT_EQ(allows(who, permission, "etl"), here >= needed);
          EXPECT_EQ(allows(who, permission, "other"), elsewhere >= needed);
          const bool reads_one = permission == Permission::read && here >= needed;
          EXPECT_EQ(allows(who, permission), elsewhere >= needed || reads_one);
        }
      }
    }
  }
}

TEST(Access, NamesAreComparedExactly) {
  Principal who = somebody(Role::none);
  who.grants["etl"] = Role::admin;
  for (const char* dag : {"", "et", "etl2", "ETL", "etl ", "etl/", "*", "e%"}) {
    EXPECT_FALSE(may_read(who, dag)) << dag;
  }
  EXPECT_FALSE(may_read(who, std::string_view("etl\0", 4)));
  EXPECT_TRUE(may_read(who, "etl"));
}

}  // namespace
}  // namespace tidemill
