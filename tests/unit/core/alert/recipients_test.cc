#include "core/alert/recipients.h"

#include <gtest/gtest.h>

#include "core/alert/policies_parser.h"
#include "tests/support/at.h"

namespace tidemill {
namespace {

using testing::at;

constexpr std::string_view kRecipientsFile = R"(
channels:
  chat: {slack: {url: {secret: hook}}}
  mail: {webhook: {url: https://example.org}}
  phone: {ntfy: {url: https://ntfy.example.org, topic: t}}
people:
  ann: {channels: [phone, mail]}
  bob: {channels: phone}
rotations:
  weekdays:
    zone: Europe/Berlin
    layers:
      - {start: 2026-01-05 09:00, every: 1d, turns: [ann, bob, [ann, bob]], days: [mon, tue, wed, thu, fri]}
policies:
  first:
    steps:
      - {notify: [rotation.weekdays, channel.chat], wait: 5m}
      - {notify: [rotation.weekdays], wait: 5m}
      - {notify: [rotation.weekdays]}
  second:
    steps: [{notify: channel.mail}]
default: second
)";

AlertPolicies policies() {
  const auto parsed = parse_policies(kRecipientsFile, load_zone);
  EXPECT_NE(parsed.policies, nullptr);
  return parsed.policies == nullptr ? AlertPolicies() : *parsed.policies;
}

std::string shown(const std::vector<Recipient>& who) {
  std::string out;
  for (const Recipient& one : who) {
    out += (out.empty() ? "" : " ") + one.channel + (one.person.empty() ? "" : ":" + one.person);
  }
  return out;
}

TEST(Recipients, ARotationReachesWhoIsOnCallThen) {
  const auto file = policies();
  const std::vector<NotifyTarget> targets = {{NotifyTarget::Kind::rotation, "weekdays"}};
  EXPECT_EQ(shown(recipients(file, targets, at("2026-01-05T07:59:59Z"))), "") << "not begun";
  EXPECT_EQ(shown(recipients(file, targets, at("2026-01-05T08:00:00Z"))), "phone:ann mail:ann");
  EXPECT_EQ(shown(recipients(file, targets, at("2026-01-06T08:00:00Z"))), "phone:bob");
  EXPECT_EQ(shown(recipients(file, targets, at("2026-01-07T08:00:00Z"))),
            "phone:ann mail:ann phone:bob");
  EXPECT_EQ(shown(recipients(file, targets, at("2026-01-10T08:00:00Z"))), "") << "a Saturday";
}

TEST(Recipients, EachChannelWithEachPersonOnce) {
  const std::vector<NotifyTarget> targets = {{NotifyTarget::Kind::user, "ann"},
                                             {NotifyTarget::Kind::channel, "mail"},
                                             {NotifyTarget::Kind::rotation, "weekdays"},
                                             {NotifyTarget::Kind::user, "ann"}};
  EXPECT_EQ(shown(recipients(policies(), targets, at("2026-01-05T08:00:00Z"))),
            "phone:ann mail:ann mail");
}

TEST(Recipients, AStepWithoutAnybodyIsPassedOverButTheLastTellsTheWholeRotation) {
  const auto file = policies();
  const EscalationPolicy& policy = *find_policy(file, "first");
  const WallTime saturday = at("2026-01-10T12:00:00Z");
  const Reached first = reach(file, policy, 0, saturday);
  EXPECT_EQ(shown(first.who), "chat");
  EXPECT_EQ(first.note, "step 1 of first: nobody is on call in weekdays");
  const Reached second = reach(file, policy, 1, saturday);
  EXPECT_TRUE(second.who.empty());
  EXPECT_EQ(second.note,
            "step 2 of first: nobody is on call in weekdays, so the next step follows at once");
  const Reached last = reach(file, policy, 2, saturday);
  EXPECT_EQ(shown(last.who), "phone:ann mail:ann phone:bob");
  EXPECT_EQ(last.note,
            "step 3 of first: nobody is on call in weekdays, so everybody in the "
            "rotation is told");
  EXPECT_EQ(reach(file, policy, 2, at("2026-01-05T08:00:00Z")).note, "");
}

TEST(Recipients, AnOverrideByWhoIsNotInTheFileIsLikeNobody) {
  auto file = policies();
  const WallTime monday = at("2026-01-05T08:00:00Z");
  file.rotations[0].overrides.push_back({{"zed"}, monday, monday + std::chrono::hours(1)});
  const EscalationPolicy& policy = *find_policy(file, "first");
  EXPECT_TRUE(reach(file, policy, 1, monday).who.empty());
  EXPECT_EQ(shown(reach(file, policy, 2, monday).who), "phone:ann mail:ann phone:bob");
  file.rotations[0].overrides[0].users = {"bob"};
  EXPECT_EQ(shown(reach(file, policy, 1, monday).who), "phone:bob");
}

TEST(Recipients, AnUnknownPolicyIsTheDefaultOne) {
  auto file = policies();
  EXPECT_EQ(find_policy(file, "first")->name, "first");
  EXPECT_EQ(find_policy(file, "gone")->name, "second");
  EXPECT_EQ(find_policy(file, "")->name, "second");
  file.default_policy = "";
  EXPECT_EQ(find_policy(file, "gone"), nullptr);
}

}  // namespace
}  // namespace tidemill
