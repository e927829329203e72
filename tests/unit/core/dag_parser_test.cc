#include "core/dag_parser.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kWhole = R"(
version: 1
name: listing_category
description: Detect a listing's category.
owner: data-science
tags: [ml, listings]
schedule: {cron: "0 3 * * *", timezone: Europe/Berlin}
catchup: {mode: latest, window: 6h}
max_active_runs: 2
on_overlap: skip
on_partition: continue
expect_run_every: 26h
max_active_tasks: 7
timeout: 4h
priority: 3
params:
  min_accuracy: {type: number, default: 0.75, minimum: 0, maximum: 1, description: The floor.}
  sections: {type: array, items: string, default: [a, b]}
env: {PYTHONUNBUFFERED: "1", DEBUG: false, RETRIES: 3}
pools: {gpu: 2}
defaults:
  retry: {limit: 2, delay: 10s, backoff: 2, max_delay: 5m, jitter: 0.1}
  timeout: 30m
  env: {SHARED: yes please}
tasks:
  extract:
    run: ./extract.sh "$TIDEMILL_PARAM_SECTIONS"
    outputs: [rows]
    artifacts: {listings: out/listings.jsonl}
    expect: {rows: ">= 1000"}
    setup: true
  train:
    description: Fits the model.
    needs: [extract]
    command: [python3, train.py, --floor, "${{ params.min_accuracy }}"]
    inputs: {listings: tasks.extract.artifacts.listings}
    artifacts: {model: model.bin}
    metrics: [accuracy, eval/f1]
    expect: {accuracy: 0.5..1, eval/f1: "> 0"}
    resources: {cpu: 1.5, memory: 2GiB, gpu: 1}
    runs_on: [linux, cuda]
    pool: gpu
    slots: 2
    priority: 1
    retry:
      limit: 3
      on: [timeout, oom]
      rules:
        - {exit_codes: [2, 3], action: fail}
        - {cause: oom, action: retry, memory: x1.5, delay: 1m}
    env: {ROWS: "${{ tasks.extract.outputs.rows }}", DEBUG: "true"}
    secrets: {TOKEN: warehouse/token}
    cwd: scripts
    umask: "027"
    grace: 30s
    queue_timeout: 1h
  cleanup:
    needs: "extract.done && !train.cancelled"
    if: ${{ params.min_accuracy > 0.5 }}
    run: ./cleanup.sh
    shell: bash
    allow_failure: true
    retries: 1
hooks:
  failure: {run: ./page.sh}
  exit: {command: [./bye.sh, "${{ tasks.train.state }}"], timeout: 1m}
alerts: {on: [failure, deadline], severity: critical, policy: oncall, runbook: docs/x.md}
deadline: {after: 90m, from: started}
)";

TEST(DagParser, ReadsEveryKeyOfTheDag) {
  const DagPtr dag = good_dag(kWhole);
  EXPECT_EQ(dag->name, "listing_category");
  EXPECT_EQ(dag->owner, "data-science");
  EXPECT_EQ(dag->tags, (std::vector<std::string>{"ml", "listings"}));
  EXPECT_EQ(dag->catchup.mode, Catchup::Mode::latest);
  EXPECT_EQ(dag->catchup.window, hours(6));
  EXPECT_EQ(dag->max_active_runs, 2);
  EXPECT_EQ(dag->max_active_tasks, 7);
  EXPECT_EQ(dag->on_overlap, Dag::OnOverlap::skip);
  EXPECT_EQ(dag->on_partition, Dag::OnPartition::go_on);
  EXPECT_EQ(dag->expect_run_every, hours(26));
  EXPECT_EQ(dag->timeout, hours(4));
  EXPECT_EQ(dag->priority, 3);
  ASSERT_EQ(dag->schedules.size(), 1u);
  EXPECT_EQ(dag->schedules[0].timezone, "Europe/Berlin");
  EXPECT_EQ(dag->schedules[0].cron.text, "0 3 * * *");
  ASSERT_EQ(dag->pools.size(), 1u);
  EXPECT_EQ(dag->pools[0].slots, 2);
  EXPECT_TRUE(dag->alerts.declared);
  EXPECT_EQ(dag->alerts.on, (std::vector<std::string>{"failure", "deadline"}));
  EXPECT_EQ(dag->alerts.severity, "critical");
  ASSERT_TRUE(dag->deadline.has_value());
  EXPECT_EQ(dag->deadline->after, minutes(90));
  EXPECT_EQ(dag->deadline->from, Deadline::From::started);
  EXPECT_EQ(dag->source, kWhole);
  EXPECT_EQ(dag->content_hash, sha256_hex(kWhole));
}

TEST(DagParser, ReadsParameters) {
  const DagPtr dag = good_dag(kWhole);
  ASSERT_EQ(dag->params.size(), 2u);
  EXPECT_EQ(dag->params[0].type, ParamType::number);
  EXPECT_EQ(dag->params[0].default_value, Json(0.75));
  EXPECT_EQ(dag->params[0].maximum, 1.0);
  EXPECT_FALSE(dag->params[0].required);
  EXPECT_EQ(dag->params[1].items, ParamType::string);
  EXPECT_EQ(dag->params[1].default_value, Json(Json::Array{"a", "b"}));
}

TEST(DagParser, ReadsEveryKeyOfATask) {
  const DagPtr dag = good_dag(kWhole);
  const TaskSpec& train = task_of(dag, "train");
  EXPECT_EQ(train.description, "Fits the model.");
  EXPECT_EQ(train.upstream, (std::vector<TaskIndex>{dag->find("extract")}));
  ASSERT_EQ(train.argv.size(), 4u);
  EXPECT_TRUE(train.argv[0].is_literal());
  EXPECT_EQ(train.argv[3].source(), "${{ params.min_accuracy }}");
  ASSERT_EQ(train.inputs.size(), 1u);
  EXPECT_EQ(train.inputs[0].from, dag->find("extract"));
  EXPECT_EQ(train.inputs[0].artifact, "listings");
  EXPECT_EQ(train.resources.cpu, 1.5);
  EXPECT_EQ(train.resources.memory, 2ull << 30);
  EXPECT_EQ(train.resources.gpu, 1);
  EXPECT_EQ(train.runs_on, (std::vector<std::string>{"cuda", "linux"}));
  EXPECT_EQ(train.pool, "gpu");
  EXPECT_EQ(train.slots, 2);
  EXPECT_EQ(train.priority, 1);
  EXPECT_EQ(train.secrets,
            (std::vector<std::pair<std::string, std::string>>{{"TOKEN", "warehouse/token"}}));
  EXPECT_EQ(train.cwd, "scripts");
  EXPECT_EQ(train.umask, 027u);
  EXPECT_EQ(train.grace, seconds(30));
  EXPECT_EQ(train.queue_timeout, hours(1));
  EXPECT_EQ(train.timeout, minutes(30));
  ASSERT_EQ(train.expect.size(), 2u);
  EXPECT_EQ(train.expect[0].op, ExpectRule::Op::between);
  EXPECT_EQ(train.expect[0].high, 1.0);
  EXPECT_EQ(train.expect[1].op, ExpectRule::Op::gt);
}

TEST(DagParser, ReadsRetryRules) {
  const DagPtr dag = good_dag(kWhole);
  const RetryPolicy& retry = *task_of(dag, "train").retry;
  EXPECT_EQ(retry.limit, 3);
  EXPECT_EQ(retry.on,
            1u << static_cast<unsigned>(Cause::timeout) | 1u << static_cast<unsigned>(Cause::oom));
  ASSERT_EQ(retry.rules.size(), 2u);
  EXPECT_EQ(retry.rules[0].exit_codes, (std::vector<int>{2, 3}));
  EXPECT_EQ(retry.rules[0].action, RetryRule::Action::fail);
  EXPECT_EQ(retry.rules[1].cause, Cause::oom);
  EXPECT_EQ(retry.rules[1].memory_factor, 1.5);
  EXPECT_EQ(retry.rules[1].delay, Duration(minutes(1)));
}

std::string env_text(const TaskSpec& task) {
  std::string out;
  for (const auto& [name, value] : task.env) out += name + "=" + value.source() + " ";
  return out;
}

TEST(DagParser, OwnEnvironmentAddsAndReplaces) {
  const DagPtr dag = good_dag(kWhole);
  EXPECT_EQ(env_text(task_of(dag, "extract")),
            "PYTHONUNBUFFERED=1 DEBUG=false RETRIES=3 SHARED=yes please ");
  EXPECT_EQ(env_text(task_of(dag, "train")),
            "PYTHONUNBUFFERED=1 RETRIES=3 SHARED=yes please ROWS=${{ tasks.extract.outputs.rows }} "
            "DEBUG=true ");
}

TEST(DagParser, ATasksOwnSecretReplacesAnInheritedVariable) {
  const DagPtr dag = good_dag(
      "env: {KEY: plain}\ndefaults: {secrets: {TOKEN: shared}}\n"
      "tasks:\n  a: {run: ./a.sh, secrets: {KEY: vault}}\n  b: {run: ./b.sh, env: {TOKEN: "
      "none}}\n");
  EXPECT_EQ(env_text(task_of(dag, "a")), "");
  EXPECT_EQ(task_of(dag, "a").secrets.size(), 2u);
  EXPECT_EQ(env_text(task_of(dag, "b")), "KEY=plain TOKEN=none ");
  EXPECT_TRUE(task_of(dag, "b").secrets.empty());
}

TEST(DagParser, RetriesReplacesTheLimitAndRetryTheWholePolicy) {
  const DagPtr dag = good_dag(
      "defaults: {retry: {limit: 2, delay: 3s}}\n"
      "tasks:\n  a: {run: x}\n  b: {run: x, retries: 5}\n  c: {run: x, retry: {limit: 1}}\n"
      "  d: {run: x, retry: {delay: 10m}}\n");
  EXPECT_EQ(task_of(dag, "a").retry->limit, 2);
  EXPECT_EQ(task_of(dag, "b").retry->limit, 5);
  EXPECT_EQ(task_of(dag, "b").retry->delay, seconds(3));
  EXPECT_EQ(task_of(dag, "c").retry->delay, seconds(10));
  // A delay above the default bound is what the author wrote, so the bound follows.
  EXPECT_EQ(task_of(dag, "d").retry->max_delay, minutes(10));
}

TEST(DagParser, TasksWithoutARetryShareOnePolicy) {
  const DagPtr dag = good_dag("tasks:\n  a: {run: x}\n  b: {run: x}\n");
  EXPECT_EQ(task_of(dag, "a").retry, task_of(dag, "b").retry);
}

TEST(DagParser, HooksAreTasksAfterTheOrdinaryOnes) {
  const DagPtr dag = good_dag(kWhole);
  EXPECT_EQ(dag->task_count, 3u);
  ASSERT_EQ(dag->tasks.size(), 5u);
  EXPECT_EQ(dag->hook(HookKind::failure), 3u);
  EXPECT_EQ(dag->hook(HookKind::exit), 4u);
  EXPECT_EQ(dag->hook(HookKind::start), kNoTask);
  EXPECT_EQ(dag->tasks[3].id, "hook.failure");
  EXPECT_EQ(dag->find("hook.exit"), 4u);
  EXPECT_EQ(dag->tasks[4].hook, HookKind::exit);
  EXPECT_EQ(dag->tasks[4].timeout, minutes(1));
  EXPECT_EQ(dag->find("nothing"), kNoTask);
}

TEST(DagParser, NeedsTakesAListAnIdOrAnExpression) {
  const DagPtr dag = good_dag(
      "tasks:\n  a: {run: x}\n  b: {run: x, needs: a}\n  c: {run: x, depends: [a]}\n"
      "  d: {run: x, depends_on: [a, b]}\n  e: {run: x, needs: \"a && !b.failed && a.done\"}\n");
  EXPECT_EQ(task_of(dag, "b").upstream, (std::vector<TaskIndex>{0}));
  EXPECT_TRUE(task_of(dag, "b").needs_expr.empty());
  EXPECT_EQ(task_of(dag, "c").upstream, (std::vector<TaskIndex>{0}));
  EXPECT_EQ(task_of(dag, "d").upstream, (std::vector<TaskIndex>{0, 1}));
  EXPECT_EQ(task_of(dag, "e").upstream, (std::vector<TaskIndex>{0, 1}));
  EXPECT_FALSE(task_of(dag, "e").needs_expr.empty());
  EXPECT_EQ(dag->tasks[0].downstream, (std::vector<TaskIndex>{1, 2, 3, 4}));
}

TEST(DagParser, ConditionsMayStandInBracesOrBare) {
  const DagPtr dag = good_dag(
      "params: {x: {type: integer, default: 1}}\n"
      "tasks:\n  a: {run: x, if: \"${{ params.x > 0 }}\"}\n  b: {run: x, if: params.x > 0}\n");
  EXPECT_EQ(task_of(dag, "a").condition.text(), "params.x > 0");
  EXPECT_EQ(task_of(dag, "b").condition.text(), "params.x > 0");
}

TEST(DagParser, ExpectationsInEveryForm) {
  const DagPtr dag = good_dag(
      "tasks:\n  a:\n    run: x\n    outputs: [a, b, c, d, e, f]\n"
      "    expect: {a: 5, b: ok, c: \"!= bad\", d: \"<=2.5\", e: \"-1 .. 1\", f: \"== 3\"}\n");
  const auto& expect = task_of(dag, "a").expect;
  ASSERT_EQ(expect.size(), 6u);
  EXPECT_EQ(expect[0].op, ExpectRule::Op::eq);
  EXPECT_EQ(expect[0].low, 5.0);
  EXPECT_EQ(expect[1].equals_text, "ok");
  EXPECT_EQ(expect[2].op, ExpectRule::Op::ne);
  EXPECT_EQ(expect[2].equals_text, "bad");
  EXPECT_EQ(expect[3].op, ExpectRule::Op::le);
  EXPECT_EQ(expect[4].low, -1.0);
  EXPECT_EQ(expect[4].high, 1.0);
  EXPECT_EQ(expect[5].equals_text, std::nullopt);
}

TEST(DagParser, ATextThatIsMeantIsNoDoubtfulExpectation) {
  const std::string_view text =
      "tasks:\n  a:\n    run: x\n    outputs: [a, b]\n"
      "    expect: {a: \"== more than 100\", b: \"!= v2\"}\n";
  const DagPtr dag = good_dag(text);
  EXPECT_EQ(task_of(dag, "a").expect[0].equals_text, "more than 100");
  EXPECT_EQ(findings_of(text), "");
}

TEST(DagParser, AnIdThatReadsAsSomethingElseIsQuotedEverywhere) {
  const DagPtr dag = good_dag(
      "tasks:\n  \"off\": {run: x}\n  '7': {run: x}\n  b: {run: x, needs: [\"off\", \"7\"]}\n");
  EXPECT_EQ(task_of(dag, "b").upstream.size(), 2u);
}

TEST(DagParser, SchedulesInEveryForm) {
  const DagPtr dag = good_dag(
      "schedule:\n  - \"@daily\"\n  - {every: 15m, anchor: 2026-01-01T00:05:00Z}\n"
      "  - {at: [2027-02-01T00:00:00Z, 2027-01-01T00:00:00Z]}\n"
      "  - {dates: [2027-01-04], time: \"06:30\", timezone: Asia/Tokyo}\n"
      "  - {calendar: {days: last_business_day, holidays: [2026-12-31]}, time: \"18:00\"}\n"
      "  - {cron: \"30 2 * * *\", timezone: Europe/Berlin, dst: {gap: skip, fold: both}}\n"
      "tasks: {a: {run: x}}\n");
  ASSERT_EQ(dag->schedules.size(), 6u);
  EXPECT_EQ(dag->schedules[1].every, minutes(15));
  EXPECT_EQ(format_rfc3339(dag->schedules[1].anchor), "2026-01-01T00:05:00Z");
  ASSERT_EQ(dag->schedules[2].instants.size(), 2u);
  EXPECT_LT(dag->schedules[2].instants[0], dag->schedules[2].instants[1]);
  EXPECT_EQ(dag->schedules[3].time_of_day_s, 6 * 3600 + 1800);
  EXPECT_EQ(dag->schedules[4].calendar.days, Calendar::Days::last_business_day);
  EXPECT_EQ(dag->schedules[4].calendar.holidays.size(), 1u);
  EXPECT_EQ(dag->schedules[5].dst.gap, DstPolicy::Gap::skip);
}

TEST(DagParser, HolidaysComeFromAFileBesideTheDag) {
  ParseOptions options;
  options.default_name = "test";
  options.zone = load_zone;
  options.now = kTestNow;
  std::string asked;
  options.read_file = [&](const std::string& path) -> Result<std::string> {
    asked = path;
    return std::string("# German ones\n2026-12-25 Christmas\n\n2026-12-26  # also\n2026-12-25\n");
  };
  const ParsedDag parsed = parse_dag(
      "schedule: {calendar: {holidays: days/de.txt}}\ntasks: {a: {run: x}}\n", options);
  ASSERT_NE(parsed.dag, nullptr);
  EXPECT_EQ(asked, "days/de.txt");
  EXPECT_EQ(parsed.dag->schedules[0].calendar.holidays.size(), 2u);

  options.read_file = [](const std::string&) -> Result<std::string> {
    return std::string("2026-12-25\nsoon\n");
  };
  const ParsedDag broken = parse_dag("schedule: {calendar: {holidays: x}}\ntasks: {a: {run: x}}\n",
                                     options);
  ASSERT_EQ(broken.findings.size(), 1u);
  EXPECT_EQ(broken.findings[0].rule, "TM120");
  EXPECT_EQ(broken.findings[0].message, "line 2 of x is not a date: soon");
}

TEST(DagParser, TheFilesNameServesWhenItCan) {
  ParseOptions options;
  options.zone = load_zone;
  options.default_name = "daily_load";
  EXPECT_EQ(parse_dag("tasks: {a: {run: x}}", options).dag->name, "daily_load");
  options.default_name = "Daily-Load";
  const ParsedDag parsed = parse_dag("tasks: {a: {run: x}}", options);
  ASSERT_EQ(parsed.findings.size(), 1u);
  EXPECT_EQ(parsed.findings[0].rule, "TM040");
  EXPECT_EQ(parsed.findings[0].hint, "write name: daily_load");
}

// Names that once opened back doors in other tools are names like any other.
TEST(DagParser, OrdinaryWordsAreTaskIds) {
  const DagPtr dag = good_dag(
      "tasks:\n  health: {run: x}\n  login: {run: x}\n  api: {run: x}\n  '1': {run: x}\n  a.b-c_: "
      "{run: x}\n");
  EXPECT_EQ(dag->task_count, 5u);
}

TEST(DagParser, PathMayBeSetAndValuesStayAsTheyAre) {
  const DagPtr dag = good_dag(
      "tasks:\n  a:\n    command: [\"$(id)\", \"`x`\", \"; rm\", \"{{7*7}}\", \"%n\", \"@file\", "
      "\"-x\"]\n"
      "    env: {PATH: \"/opt/bin:/usr/bin\", PARTS: 0.5, ON: true}\n");
  const TaskSpec& task = task_of(dag, "a");
  EXPECT_EQ(task.argv[0].source(), "$(id)");
  EXPECT_EQ(task.argv[3].source(), "{{7*7}}");
  EXPECT_TRUE(task.argv[3].is_literal());
  EXPECT_EQ(env_text(task), "PATH=/opt/bin:/usr/bin PARTS=0.5 ON=true ");
}

TEST(DagParser, FindingsComeInTheOrderOfTheFile) {
  EXPECT_EQ(findings_of("ownr: me\ntasks:\n  a: {run: x, needs: [b]}\n  c: {run: x, timeout: "
                        "soon}\nschedule: \"60 * * * *\"\n"),
            "TM030 1:1 unknown key \"ownr\"\n"
            "TM058 3:23 tasks.a needs \"b\", which is no task\n"
            "TM036 4:24 tasks.c.timeout: duration \"soon\": write one whole number and one unit "
            "(ms, s, m, h or d), such as 500ms, 30s, 15m, 2h or 7d\n"
            "TM110 5:12 minute: 60 is not in 0-59\n");
}

}  // namespace
}  // namespace tidemill
