#include "core/alert/dry_run.h"

#include <gtest/gtest.h>

#include "core/alert/policies_parser.h"

namespace tidemill {
namespace {

constexpr std::string_view kDutyFile = R"(
channels:
  chat: {slack: {url: {secret: hook}}}
  mail: {webhook: {url: https://example.org}}
  phone: {ntfy: {url: https://ntfy.example.org, topic: t}}
people:
  ann: {channels: [phone, mail]}
  bob: {channels: phone}
rotations:
  nights:
    zone: Europe/Berlin
    layers:
      - {start: 2026-03-28 02:30, every: 1d, turns: [ann, bob]}
  office:
    zone: Europe/Berlin
    layers:
      - {start: 2026-01-05 09:00, turns: [bob], days: [mon, tue, wed, thu, fri]}
policies:
  loud:
    zone: Europe/Berlin
    steps:
      - {notify: rotation.nights, wait: 20m}
      - {notify: user.bob, if: {between: 01:00-02:00}, wait: 1h}
      - {notify: channel.chat, if: {severity: critical}, wait: 30m}
      - {wait: 10m}
      - {notify: channel.mail, wait: 15m}
    repeat: 1
  quiet:
    zone: Europe/Berlin
    steps:
      - {notify: rotation.office, wait: 1h}
      - {notify: [rotation.office]}
)";

std::string asked(std::string_view name, AlertSeverity severity, std::string_view at) {
  const auto parsed = parse_policies(kDutyFile, load_zone);
  if (parsed.policies == nullptr) return "broken";
  const WallTime start = parse_rfc3339(at).value();
  const EscalationPolicy& policy = *find_policy(*parsed.policies, std::string(name));
  return calls_text(policy, severity, start,
                    who_is_called(*parsed.policies, policy, severity, start));
}

// The clock jumps from 02:00 to 03:00 and takes the handoff at 02:30 with it: it happens at the
// jump. The second step counts before it only.
TEST(DryRun, OverTheNightInWhichTheClockIsPutForward) {
  EXPECT_EQ(asked("loud", AlertSeverity::error, "2026-03-29T00:15:00Z"),
            "loud, severity error, from 2026-03-29 01:15:00 CET\n"
            "  +0ms     2026-03-29 01:15:00 CET  round 1 step 1  ann by phone, ann by mail\n"
            "  +20m 00s 2026-03-29 01:35:00 CET  round 1 step 2  bob by phone\n"
            "  +1h 30m  2026-03-29 03:45:00 CEST  round 1 step 5  mail\n"
            "  +1h 45m  2026-03-29 04:00:00 CEST  round 2 step 1  bob by phone\n"
            "  +2h 15m  2026-03-29 04:30:00 CEST  round 2 step 5  mail\n");
}

TEST(DryRun, OverTheNightInWhichAnHourComesTwice) {
  EXPECT_EQ(asked("loud", AlertSeverity::critical, "2026-10-25T00:20:00Z"),
            "loud, severity critical, from 2026-10-25 02:20:00 CEST\n"
            "  +0ms     2026-10-25 02:20:00 CEST  round 1 step 1  ann by phone, ann by mail\n"
            "  +20m 00s 2026-10-25 02:40:00 CEST  round 1 step 3  chat\n"
            "  +1h 00m  2026-10-25 02:20:00 CET  round 1 step 5  mail\n"
            "  +1h 15m  2026-10-25 02:35:00 CET  round 2 step 1  bob by phone\n"
            "  +1h 35m  2026-10-25 02:55:00 CET  round 2 step 3  chat\n"
            "  +2h 15m  2026-10-25 03:35:00 CET  round 2 step 5  mail\n");
}

TEST(DryRun, WhereNobodyIsOnCallTheNextStepFollowsAtOnceAndTheLastTellsEverybody) {
  EXPECT_EQ(asked("quiet", AlertSeverity::info, "2026-01-10T12:00:00Z"),
            "quiet, severity info, from 2026-01-10 13:00:00 CET\n"
            "  +0ms     2026-01-10 13:00:00 CET  step 1  step 1 of quiet: nobody is on call in "
            "office, so the next step follows at once\n"
            "  +0ms     2026-01-10 13:00:00 CET  step 2  bob by phone (step 2 of quiet: nobody is "
            "on call in office, so everybody in the rotation is told)\n");
}

}  // namespace
}  // namespace tidemill
