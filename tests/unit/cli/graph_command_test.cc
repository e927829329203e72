#include "cli/graph_command.h"

#include <gtest/gtest.h>

#include <fstream>

#include "cli/exit_code.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

class GraphCommand : public ::testing::Test {
 protected:
  struct Answer {
    int exit = 0;
    std::string out, err;
  };

  Answer graph(const std::string& text, const std::string& format) {
    std::ofstream(folder_ / "pipeline.yaml") << text;
    return graph_of(folder_ / "pipeline.yaml", format);
  }

  Answer graph_of(const std::string& path, const std::string& format) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Answer answer;
    answer.exit = run_graph({path, format});
    answer.out = ::testing::internal::GetCapturedStdout();
    answer.err = ::testing::internal::GetCapturedStderr();
    return answer;
  }

  testing::TemporaryDirectory folder_;
};

constexpr const char* kTwoTasks =
    "version: 1\n"
    "tasks:\n"
    "  extract: {run: ./extract.sh}\n"
    "  train: {needs: [extract], run: ./train.sh}\n";

TEST_F(GraphCommand, DrawsAFileInEveryFormat) {
  EXPECT_EQ(graph(kTwoTasks, "text").out,
            "pipeline: 2 tasks in 2 levels\n"
            "  0  extract\n"
            "  1  train    <- extract\n");
  EXPECT_NE(graph(kTwoTasks, "dot").out.find("t0 -> t1;"), std::string::npos);
  EXPECT_NE(graph(kTwoTasks, "mermaid").out.find("t0 --> t1"), std::string::npos);
  const Answer json = graph(kTwoTasks, "json");
  EXPECT_EQ(json.exit, kExitOk);
  EXPECT_EQ(json.err, "");
  const auto parsed = parse_json(json.out);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->find("tasks")->as_array().size(), 2u);
}

TEST_F(GraphCommand, ABrokenFileIsExplainedAndNotDrawn) {
  const Answer answer = graph("version: 1\ntasks:\n  a: {needs: [b], run: x}\n", "dot");
  EXPECT_EQ(answer.exit, kExitFailed);
  EXPECT_EQ(answer.out, "");
  EXPECT_NE(answer.err.find("pipeline.yaml:3:"), std::string::npos) << answer.err;
}

TEST_F(GraphCommand, AnUnknownFormatIsSaidBeforeTheFileIsRead) {
  const Answer answer = graph_of(folder_ / "missing.yaml", "svg");
  EXPECT_EQ(answer.exit, kExitUsage);
  EXPECT_NE(answer.err.find("no format 'svg'"), std::string::npos) << answer.err;
}

TEST_F(GraphCommand, AMissingFileIsNotFound) {
  const Answer answer = graph_of(folder_ / "missing.yaml", "text");
  EXPECT_EQ(answer.exit, kExitNotFound);
  EXPECT_NE(answer.err.find("missing.yaml"), std::string::npos) << answer.err;
}

}  // namespace
}  // namespace tidemill
