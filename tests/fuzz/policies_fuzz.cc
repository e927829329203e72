// From bytes to a file of alerts, and what it says at some moments: nothing crashes or hangs,
// whatever dates and turns it holds, and a last step always reaches somebody.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/alert/dry_run.h"
#include "core/alert/ical.h"
#include "core/alert/policies_parser.h"
#include "core/finding_rules.h"

namespace {

using tidemill::WallTime;

void require(bool holds) {
  if (!holds) std::abort();
}

// The fuzzer's world has two zones, one of them with a clock change.
tidemill::Result<tidemill::ZonePtr> find_zone(std::string_view name) {
  if (name == "UTC") return tidemill::utc_zone();
  if (name != "Europe/Berlin") return tidemill::invalid("no such zone");
  return tidemill::ZonePtr(std::make_shared<tidemill::Zone>(
      "Europe/Berlin",
      std::vector<tidemill::Zone::Period>{
          {0, 3600, "CET"}, {1'774'746'000, 7200, "CEST"}, {1'792'890'000, 3600, "CET"}}));
}

void look_at(const tidemill::AlertPolicies& policies, WallTime now) {
  for (const tidemill::EscalationPolicy& policy : policies.policies) {
    const auto calls = tidemill::who_is_called(policies, policy, tidemill::AlertSeverity::critical,
                                               now);
    bool reached = false;
    for (const tidemill::PolicyCall& call : calls) reached = reached || !call.who.empty();
    require(reached);
    require(!tidemill::calls_text(policy, tidemill::AlertSeverity::info, now, calls).empty());
  }
  for (const tidemill::Rotation& rotation : policies.rotations) {
    const WallTime until = now + std::chrono::hours(24 * 10);
    require(tidemill::rotation_calendar(rotation, now, until).ends_with("END:VCALENDAR\r\n"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tidemill::ParsedPolicies parsed = tidemill::parse_policies(text, find_zone);
  require((parsed.policies == nullptr) == tidemill::has_errors(parsed.findings));
  for (const tidemill::Finding& finding : parsed.findings) {
    require(tidemill::find_rule(finding.rule) != nullptr);
    require(!finding.message.empty());
    require(finding.mark.line >= 0 && finding.mark.column >= 0);
  }
  if (parsed.policies == nullptr) return 0;
  for (const std::int64_t seconds : {1'774'745'000, 1'795'305'600, 2'145'916'800}) {
    look_at(*parsed.policies, {seconds * 1'000'000});
  }
  return 0;
}
