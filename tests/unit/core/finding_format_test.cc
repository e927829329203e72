#include "core/finding_format.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace tidemill {
namespace {

const std::vector<Finding> kFindings = {
    {"TM030", Severity::error, {2, 3}, "unknown key \"tiemout\"", "did you mean \"timeout\"?"},
    {"TM115", Severity::warning, {0, 0}, "100% odd, really", ""}};
constexpr std::string_view kSource = "tasks:\n  tiemout: 5m\n";

TEST(FindingFormat, PeopleSeeThePlaceTheLineAndTheHint) {
  EXPECT_EQ(format_findings_human("dags/a.yaml", kSource, kFindings, false),
            "dags/a.yaml:2:3: error: unknown key \"tiemout\" [TM030]\n"
            "      tiemout: 5m\n"
            "      ^\n"
            "    hint: did you mean \"timeout\"?\n"
            "dags/a.yaml: warning: 100% odd, really [TM115]\n");
}

TEST(FindingFormat, ColoursOnlyWhenAskedFor) {
  EXPECT_EQ(format_findings_human("a", kSource, kFindings, false).find('\x1b'), std::string::npos);
  EXPECT_NE(format_findings_human("a", kSource, kFindings, true).find("\x1b[1;31merror\x1b[0m"),
            std::string::npos);
}

// The caret stands below the place although characters take several bytes and tabs are shown as
// \x09.
TEST(FindingFormat, TheCaretCountsWhatIsShown) {
  const std::vector<Finding> one = {{"TM030", Severity::error, {1, 4}, "m", ""}};
  EXPECT_EQ(format_findings_human("a", "äöüx: 1\n", one, false),
            "a:1:4: error: m [TM030]\n    äöüx: 1\n       ^\n");
  EXPECT_EQ(format_findings_human("a", "\xEF\xBB\xBFxyz: 1\n", one, false),
            "a:1:4: error: m [TM030]\n    xyz: 1\n       ^\n");
}

TEST(FindingFormat, ALongLineIsCutAroundThePlace) {
  const std::vector<Finding> one = {{"TM030", Severity::error, {1, 5001}, "m", ""}};
  const std::string source = fmt::format("{:a>5000}HERE{:b>5000}", "", "");
  const std::string out = format_findings_human("a", source, one, false);
  EXPECT_LT(out.size(), 500u);
  const std::size_t line = out.find("    …");
  ASSERT_NE(line, std::string::npos);
  EXPECT_NE(out.find("aHEREb"), std::string::npos);
}

TEST(FindingFormat, ControlCharactersReachNoTerminal) {
  const std::vector<Finding> one = {{"TM030", Severity::error, {1, 1}, "a\x1b[2Jb", "c\x07"}};
  const std::string out = format_findings_human("x\x1b[0m.yaml", "a\x1b]0;title\x07\n", one, false);
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  EXPECT_EQ(out.find('\x07'), std::string::npos);
}

TEST(FindingFormat, APlaceBeyondTheFileIsShownWithoutALine) {
  const std::vector<Finding> one = {{"TM030", Severity::error, {99, 5}, "m", ""}};
  EXPECT_EQ(format_findings_human("a", kSource, one, false), "a:99:5: error: m [TM030]\n");
  EXPECT_EQ(format_findings_human("a", "", one, false), "a:99:5: error: m [TM030]\n");
}

TEST(FindingFormat, GitHubCommandsAreEscaped) {
  const std::vector<FileFindings> files = {{"a,b:c.yaml",
                                            "",
                                            {{"TM030", Severity::error, {2, 3}, "50%\nmore", "x"},
                                             {"TM102", Severity::note, {}, "n", ""}}}};
  EXPECT_EQ(format_findings_github(files),
            "::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=TM030 Unknown key::50%25%0Amore; x\n"
            "::notice file=a%2Cb%3Ac.yaml,title=TM102 Parameter not named in this file::n\n");
}

TEST(FindingFormat, JsonCountsAndLists) {
  const auto parsed = parse_json(
      format_findings_json({{"a.yaml", "", kFindings}, {"b.yaml", "", {}}}));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().find("errors")->as_int(), 1);
  EXPECT_EQ(parsed.value().find("warnings")->as_int(), 1);
  const auto& files = parsed.value().find("files")->as_array();
  ASSERT_EQ(files.size(), 2u);
  const Json& first = files[0].find("findings")->as_array()[0];
  EXPECT_EQ(
      first.dump(),
      R"({"rule":"TM030","severity":"error","line":2,"column":3,"message":"unknown key \"tiemout\"","hint":"did you mean \"timeout\"?"})");
}

TEST(FindingFormat, SarifHasRulesPlacesAndStableFingerprints) {
  const auto parsed = parse_json(
      format_findings_sarif({{"dags/a b.yaml", std::string(kSource), kFindings}}, "1.2.3"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().find("version")->as_string(), "2.1.0");
  const Json& run = parsed.value().find("runs")->as_array()[0];
  const Json& driver = *run.find("tool")->find("driver");
  EXPECT_EQ(driver.find("name")->as_string(), "tidemill");
  EXPECT_EQ(driver.find("version")->as_string(), "1.2.3");
  EXPECT_GT(driver.find("rules")->as_array().size(), 80u);
  const auto& results = run.find("results")->as_array();
  ASSERT_EQ(results.size(), 2u);
  const Json& place = *results[0].find("locations")->as_array()[0].find("physicalLocation");
  EXPECT_EQ(place.find("artifactLocation")->find("uri")->as_string(), "dags/a%20b.yaml");
  EXPECT_EQ(place.find("region")->dump(), R"({"startLine":2,"startColumn":3})");
  EXPECT_EQ(results[1].find("locations")->as_array()[0].find("physicalLocation")->find("region"),
            nullptr);
  EXPECT_EQ(results[1].find("level")->as_string(), "warning");

  // The same mistake further down the file is the same result to a code scanner.
  const std::vector<Finding> moved = {
      {"TM030", Severity::error, {3, 3}, "unknown key \"tiemout\"", ""}};
  const auto later = parse_json(
      format_findings_sarif({{"a", "\n" + std::string(kSource), moved}}, "1"));
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(*later.value().find("runs")->as_array()[0].find("results")->as_array()[0].find(
                "partialFingerprints"),
            *results[0].find("partialFingerprints"));
}

}  // namespace
}  // namespace tidemill
