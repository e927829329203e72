#include <gtest/gtest.h>

#include "core/finding_sink.h"
#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

std::string with_task(std::string_view keys) {
  return "tasks:\n  a: {run: x, " + std::string(keys) + "}\n";
}

std::string many(int count, const std::function<std::string(int)>& make) {
  std::string out;
  for (int i = 0; i < count; ++i) out += make(i);
  return out;
}

TEST(DagBounds, AHundredThousandTasksAreTakenAndOneMoreIsNot) {
  const auto task = [](int i) { return "  t" + std::to_string(i) + ": {run: x}\n"; };
  EXPECT_EQ(good_dag("tasks:\n" + many(100'000, task))->task_count, 100'000u);
  EXPECT_EQ(findings_of("tasks:\n" + many(100'001, task)),
            "TM053 2:3 100001 tasks; the most is 100000\n");
}

TEST(DagBounds, TwoMillionEdgesAreTheMost) {
  std::string text = "tasks:\n" +
                     many(1500, [](int i) { return "  t" + std::to_string(i) + ": {run: x}\n"; });
  const std::string all = many(1500, [](int i) { return "t" + std::to_string(i) + ", "; });
  text += many(1340, [&](int i) {
    return "  d" + std::to_string(i) + ": {run: x, needs: [" + all + "]}\n";
  });
  EXPECT_EQ(findings_of(text), "TM053 0:0 2010000 edges; the most is 2000000\n");
}

TEST(DagBounds, ListsInsideATaskAreBounded) {
  const std::string names = many(1001, [](int i) { return "n" + std::to_string(i) + ", "; });
  EXPECT_EQ(findings_of(with_task("outputs: [" + names + "]")),
            "TM053 2:24 tasks.a.outputs has 1001 items; the most is 1000\n");
  EXPECT_EQ(findings_of(with_task("runs_on: [" + names + "]")),
            "TM053 2:24 runs_on has 1001 items; the most is 1000\n");
  const std::string variables = many(1001, [](int i) { return "N" + std::to_string(i) + ": a, "; });
  EXPECT_EQ(findings_of(with_task("env: {" + variables + "}")),
            "TM053 2:20 env has 1001 items; the most is 1000\n");
}

TEST(DagBounds, AllOfAnEnvironmentTogetherIsBounded) {
  const std::string value(100'000, 'x');
  const std::string eleven = many(
      11, [&](int i) { return "    V" + std::to_string(i) + ": " + value + "\n"; });
  EXPECT_EQ(findings_of("tasks:\n  a:\n    run: x\n    env:\n" +
                        many(1, [&](int) { return "  " + eleven; })),
            findings_of("tasks:\n  a:\n    run: x\n    env:\n" + ("  " + eleven)));
  std::string text = "tasks:\n  a:\n    run: x\n    env:\n";
  for (int i = 0; i < 11; ++i) text += "      V" + std::to_string(i) + ": " + value + "\n";
  EXPECT_EQ(
      findings_of(text),
      "TM057 2:3 tasks.a starts with 1 MiB of arguments and environment; the most is 1 MiB\n");
}

TEST(DagBounds, SharedTextForManyTasksIsBounded) {
  const std::string text = "env: {BIG: " + std::string(100'000, 'x') + "}\ntasks:\n" +
                           many(5000,
                                [](int i) { return "  t" + std::to_string(i) + ": {run: x}\n"; });
  EXPECT_NE(findings_of(text).find("TM053"), std::string::npos);
}

TEST(DagBounds, ManyMistakesAreCutWithACount) {
  const std::string text = with_task("") +
                           many(3000, [](int i) { return "k" + std::to_string(i) + ": 1\n"; });
  const ParsedDag parsed = parse_test_dag(text);
  EXPECT_EQ(parsed.dag, nullptr);
  EXPECT_EQ(parsed.findings.size(), kMaxFindings + 1);
  EXPECT_EQ(parsed.findings.back().rule, "TM022");
}

TEST(DagBounds, AThousandWarningsHideNoError) {
  std::string text = "pools: {" +
                     many(1500, [](int i) { return "p" + std::to_string(i) + ": 1, "; }) + "}\n";
  text += "tasks:\n  a: {command: [echo, \"${{ params.nothing }}\"]}\n";
  const ParsedDag parsed = parse_test_dag(text);
  EXPECT_EQ(parsed.dag, nullptr);
  EXPECT_TRUE(has_errors(parsed.findings));
}

TEST(DagBounds, TextsInheritedByEveryTaskStaySmall) {
  const std::string big(500'000, 'x');
  EXPECT_NE(findings_of("defaults: {pool: " + big + "}\n" + with_task("")).find("TM067"),
            std::string::npos);
  EXPECT_NE(findings_of("defaults: {shell: " + big + "}\n" + with_task("")).find("TM083"),
            std::string::npos);
  EXPECT_NE(findings_of("defaults: {cwd: " + big + "}\n" + with_task("")).find("TM075"),
            std::string::npos);
}

TEST(DagBounds, PlacesInsideValuesAreExact) {
  // In a block, behind an umlaut, and in a quoted text with an escape, where only the start is
  // known.
  EXPECT_EQ(findings_of("tasks:\n  a:\n    run: |\n      echo ä ${{ run.id }}\n").substr(0, 10),
            "TM055 4:14");
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, env: {A: \"ä ${{ nope }}\"}}\n").substr(0, 10),
            "TM091 2:31");
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, env: {A: \"\\t ${{ nope }}\"}}\n").substr(0, 10),
            "TM091 2:24");
}

TEST(DagBounds, NamesThatProcessesObeyAreRefused) {
  for (const std::string_view name :
       {"LD_PRELOAD", "LD_LIBRARY_PATH", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "PS4",
        "PROMPT_COMMAND", "TIDEMILL_RUN_ID", "1A", "\"A B\"", "\"A=B\"", "\"\"", "ä"}) {
    EXPECT_NE(findings_of(with_task("env: {" + std::string(name) + ": v}")).find("TM070"),
              std::string::npos)
        << name;
    EXPECT_NE(findings_of(with_task("secrets: {" + std::string(name) + ": v}")).find("TM070"),
              std::string::npos)
        << name;
  }
}

TEST(DagBounds, OnlyWhatLooksLikeASecretIsWarnedOf) {
  const auto warned = [](std::string_view entry) {
    return findings_of(with_task("env: {" + std::string(entry) + "}")).find("TM071") !=
           std::string::npos;
  };
  EXPECT_TRUE(warned("API_KEY: abcd1234"));
  EXPECT_TRUE(warned("GITHUB_TOKEN: ghp_x"));
  EXPECT_FALSE(warned("TOKEN_FILE: secrets/token"));
  EXPECT_FALSE(warned("MAX_TOKENS: 512"));
  EXPECT_FALSE(warned("TOKENIZERS_PARALLELISM: \"false\""));
  EXPECT_FALSE(warned("PASSWORD: \"${{ run.id }}\""));
  EXPECT_FALSE(warned("PASSWORD: \"\""));
}

TEST(DagBounds, ArtifactPathsStayInside) {
  for (const std::string_view path : {"..", "a/..", "../a", "/a", "a//b", "a/./b", "./a", "a/",
                                      "\"\"", "\"a\\\\b\"", "\"a\\nb\"", "-x", "a/-x"}) {
    EXPECT_NE(findings_of(with_task("artifacts: {m: " + std::string(path) + "}")).find("TM075"),
              std::string::npos)
        << path;
  }
  for (const std::string_view path :
       {"a", "a/b.c", "...", "a..b", ".hidden", "with space", "ünï"}) {
    EXPECT_EQ(findings_of(with_task("artifacts: {m: " + std::string(path) + "}")), "") << path;
  }
}

}  // namespace
}  // namespace tidemill
