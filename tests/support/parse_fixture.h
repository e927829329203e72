// Parses DAG texts the way the daemon does, at a fixed time.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/zone.h"
#include "core/dag_parser.h"

namespace tidemill {

// 2026-11-22T00:00:00Z.
inline constexpr WallTime kTestNow{1'795'305'600'000'000};

inline ParsedDag parse_test_dag(std::string_view text) {
  ParseOptions options;
  options.default_name = "test";
  options.zone = load_zone;
  options.now = kTestNow;
  return parse_dag(text, options);
}

// "TM030 2:3 message" for each finding, one a line.
inline std::string findings_of(std::string_view text) {
  std::string out;
  for (const Finding& finding : parse_test_dag(text).findings) {
    out += finding.rule + " " + std::to_string(finding.mark.line) + ":" +
           std::to_string(finding.mark.column) + " " + finding.message + "\n";
  }
  return out;
}

// The DAG of a text that is right. An empty one, and a failed test, when it is not.
inline DagPtr good_dag(std::string_view text) {
  ParsedDag parsed = parse_test_dag(text);
  EXPECT_NE(parsed.dag, nullptr) << findings_of(text);
  return parsed.dag ? parsed.dag : std::make_shared<const Dag>();
}

inline const TaskSpec& task_of(const DagPtr& dag, std::string_view id) {
  const TaskIndex index = dag->find(id);
  EXPECT_NE(index, kNoTask) << id;
  return dag->tasks.at(index == kNoTask ? 0 : index);
}

}  // namespace tidemill
