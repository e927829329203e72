#include "core/alert/runbook.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

constexpr std::string_view kText =
    "# Churn\nCall ann.\n## train\nLook at the data.\n### oom\nMore memory.\n## lost\nIs it up?\n"
    "```\n# publish\n```\n## Train timeout\nWait.\n";

TEST(Runbook, TheSectionOfTaskAndCauseIsPreferred) {
  EXPECT_EQ(runbook_for(kText, {"churn", "train", "timeout"}), "## Train timeout\nWait.\n");
  EXPECT_EQ(runbook_for(kText, {"churn", "train", "exit"}),
            "## train\nLook at the data.\n### oom\nMore memory.\n");
  EXPECT_EQ(runbook_for(kText, {"churn", "load", "oom"}), "### oom\nMore memory.\n");
  EXPECT_EQ(runbook_for(kText, {"churn", "", "lost"}), "## lost\nIs it up?\n```\n# publish\n```\n");
}

TEST(Runbook, WithoutASectionItIsTheWholeText) {
  EXPECT_EQ(runbook_for(kText, {"churn", "load", "exit"}), kText);
  EXPECT_EQ(runbook_for(kText, {"churn", "publish", "exit"}), kText) << "a comment in a script";
  EXPECT_EQ(runbook_for("", {"churn", "train", "exit"}), "");
  EXPECT_EQ(runbook_for("##\n#train\n####### train\n", {"churn", "train", ""}),
            "##\n#train\n####### train\n")
      << "these are no headings";
}

TEST(Runbook, IsCutBetweenLinesOrCharacters) {
  EXPECT_EQ(cut_text("ab\ncd\nef", 7), "ab\ncd");
  EXPECT_EQ(cut_text("ab\ncd", 5), "ab\ncd");
  EXPECT_EQ(cut_text("\u00fc\u00fc\u00fc", 5), "\u00fc\u00fc");
  EXPECT_EQ(cut_text("\xff\xff\xff", 2), "\xff\xff");
}

}  // namespace
}  // namespace tidemill
