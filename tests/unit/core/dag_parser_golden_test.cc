#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "tests/support/folders.h"
#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> yaml_files(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::recursive_directory_iterator(fmt::format("{}/{}", test::source_folder(), folder))) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string text_of(const std::string& path) {
  const auto text = read_file(path, 16u << 20);
  EXPECT_TRUE(text.ok()) << path;
  return text.ok() ? text.value() : "";
}

// Each file holds one mistake, and its first line says which finding names it and where.
TEST(BadDags, EachMistakeIsNamedAtItsPlaceAndNothingElseIs) {
  const auto paths = yaml_files("tests/golden/bad_dags");
  EXPECT_GE(paths.size(), 60u);
  for (const std::string& path : paths) {
    const std::string text = text_of(path);
    constexpr std::string_view kExpect = "# expect: ";
    ASSERT_TRUE(text.starts_with(kExpect)) << path;
    const std::string expected = text.substr(kExpect.size(), text.find('\n') - kExpect.size());
    const ParsedDag parsed = parse_test_dag(text);
    ASSERT_EQ(parsed.findings.size(), 1u) << path << "\n" << findings_of(text);
    const Finding& finding = parsed.findings[0];
    EXPECT_EQ(expected, finding.rule + " at " + std::to_string(finding.mark.line) + ":" +
                            std::to_string(finding.mark.column))
        << path << "\n"
        << finding.message;
    EXPECT_EQ(parsed.dag == nullptr, finding.severity == Severity::error) << path;
  }
}

TEST(ExampleDags, HaveNoFindings) {
  const auto paths = yaml_files("dags");
  EXPECT_FALSE(paths.empty());
  for (const std::string& path : paths) EXPECT_EQ(findings_of(text_of(path)), "") << path;
}

// A file that is being written, or cut off: whatever the place, an answer and no crash.
TEST(ExampleDags, EveryCutIsAnswered) {
  const std::string text = text_of(fmt::format("{}/dags/hello/hello.yaml", test::source_folder()));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const ParsedDag parsed = parse_test_dag(std::string_view(text).substr(0, size));
    EXPECT_EQ(parsed.dag == nullptr, has_errors(parsed.findings)) << size;
  }
}

}  // namespace
}  // namespace tidemill
