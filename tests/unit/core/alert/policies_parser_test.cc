#include "core/alert/policies_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "base/json.h"
#include "core/alert/policies_fields.h"
#include "core/fields_check.h"
#include "tests/support/folders.h"

namespace tidemill {
namespace {

std::string text_of(const std::string& path) {
  const auto text = read_file(fmt::format("{}/{}", test::source_folder(), path), 1u << 20);
  EXPECT_TRUE(text.ok()) << path;
  return text.ok() ? text.value() : "";
}

std::string place_of(const Finding& finding) {
  return fmt::format("{} at {}:{}", finding.rule, finding.mark.line, finding.mark.column);
}

std::string findings_of(std::string_view text) {
  std::string out;
  for (const Finding& finding : parse_policies(text, load_zone).findings) {
    out += place_of(finding) + " " + finding.message + "\n";
  }
  return out;
}

// Each file holds one mistake, and its first line says which finding names it and where.
TEST(BadAlerts, EachMistakeIsNamedAtItsPlaceAndNothingElseIs) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           fmt::format("{}/tests/golden/bad_alerts", test::source_folder()))) {
    const std::string name = entry.path().filename().string();
    const std::string text = text_of("tests/golden/bad_alerts/" + name);
    constexpr std::string_view kExpect = "# expect: ";
    ASSERT_TRUE(text.starts_with(kExpect)) << name;
    const std::string expected = text.substr(kExpect.size(), text.find('\n') - kExpect.size());
    const ParsedPolicies parsed = parse_policies(text, load_zone);
    ASSERT_EQ(parsed.findings.size(), 1u) << name << "\n" << findings_of(text);
    EXPECT_EQ(expected, place_of(parsed.findings[0])) << name << "\n" << parsed.findings[0].message;
    EXPECT_EQ(parsed.policies == nullptr, parsed.findings[0].severity == Severity::error) << name;
    ++files;
  }
  EXPECT_GE(files, 50);
}

TEST(PoliciesParser, TheExampleOfTheManualIsRight) {
  const std::string text = text_of("docs/examples/alerts.yaml");
  EXPECT_EQ(findings_of(text), "");
  const PoliciesPtr policies = parse_policies(text, load_zone).policies;
  ASSERT_NE(policies, nullptr);
  EXPECT_EQ(policies->default_policy, "ml_oncall");
  EXPECT_EQ(policies->canary_every, std::chrono::hours(1));
  ASSERT_EQ(policies->channels.size(), 4u);
  EXPECT_EQ(policies->channels[0].fallback, "mail");
  const auto& ntfy = std::get<NtfyChannel>(policies->channels[0].kind);
  EXPECT_EQ(ntfy.token.name, "ntfy_token");
  const auto& mail = std::get<SmtpChannel>(policies->channels[3].kind);
  EXPECT_EQ(mail.to, std::vector<std::string>{"ml-oncall@example.org"});
  EXPECT_EQ(mail.tls, SmtpChannel::Tls::starttls);
  const Rotation& rotation = policies->rotations.at(0);
  EXPECT_EQ(rotation.zone->name(), "Europe/Berlin");
  EXPECT_EQ(rotation.layers.at(1).days, 0x60) << "Saturday and Sunday";
  EXPECT_EQ(rotation.layers.at(1).turns.at(1), (std::vector<std::string>{"ann", "bob"}));
  const EscalationPolicy& policy = policies->policies.at(0);
  ASSERT_EQ(policy.steps.size(), 4u);
  EXPECT_EQ(policy.steps[1].from_s, 9 * 3600);
  EXPECT_EQ(policy.steps[1].until_s, 18 * 3600);
  EXPECT_EQ(policy.steps[0].at_least, AlertSeverity::error);
  EXPECT_EQ(policy.repeat, 1u);
}

// A file that is being written, or cut off: whatever the place, an answer and no crash.
TEST(PoliciesParser, EveryCutIsAnswered) {
  const std::string text = text_of("docs/examples/alerts.yaml");
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto parsed = parse_policies(std::string_view(text).substr(0, size), load_zone);
    EXPECT_EQ(parsed.policies == nullptr, has_errors(parsed.findings)) << size;
  }
}

TEST(PoliciesParser, ListsAreBounded) {
  std::string channels = "channels:\n";
  for (int i = 0; i < 1001; ++i) {
    channels += fmt::format("  c{}: {{webhook: {{url: \"https://example.org\"}}}}\n", i);
  }
  EXPECT_EQ(findings_of(channels + "policies: {p: {steps: [{notify: channel.c7}]}}\n"),
            "TM053 at 2:3 channels has 1001 items; the most is 1000\n");
}

// What was written in place of a secret's name may be the secret.
TEST(PoliciesParser, NoFindingRepeatsASecret) {
  for (const std::string_view value : {"hunter2", "[hunter2]", "{secret: hunter2 x}",
                                       "{secret: [hunter2]}", "{password: hunter2}"}) {
    const std::string text = fmt::format(
        "channels: {{a: {{slack: {{url: {}}}}}}}\npolicies: {{p: {{steps: [{{notify: "
        "channel.a}}]}}}}\n",
        value);
    const auto parsed = parse_policies(text, load_zone);
    ASSERT_FALSE(parsed.findings.empty()) << value;
    for (const Finding& finding : parsed.findings) {
      EXPECT_EQ((finding.message + finding.hint).find("hunter2"), std::string::npos)
          << finding.message;
    }
  }
}

TEST(PoliciesFields, EveryExampleAndDefaultPassesItsOwnCheck) {
  for (const ObjectSpec* object : policies_objects()) {
    for (const Field& field : object->fields) {
      EXPECT_TRUE(field.description.ends_with('.')) << object->name << "." << field.key;
      for (const std::string_view value : {field.example, field.fallback}) {
        if (value.empty()) continue;
        EXPECT_TRUE(parse_json(value).ok()) << value;
        const std::string text = fmt::format("{{{}: {}}}", field.key, value);
        const YamlDocument document = parse_yaml(text);
        FindingSink findings;
        check_object(document.root, *object, "", findings);
        for (const Finding& finding : findings.take()) {
          EXPECT_EQ(finding.rule, "TM033") << object->name << ": " << finding.message;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tidemill
