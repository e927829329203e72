// A DAG version as the parser leaves it: checked, with every reference resolved, immutable.
// Tasks are addressed by TaskIndex (their position); hooks are tasks too, after the ordinary ones.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "base/yaml.h"
#include "core/expr.h"
#include "core/schedule.h"
#include "core/words.h"

namespace tidemill {

// Parameters -------------------------------------------------------------------------------------

enum class ParamType {
  string,
  integer,
  number,
  boolean,
  array,
  object,
  date,
  datetime,
  duration,
  secret
};

struct ParamSpec {
  std::string name;
  ParamType type = ParamType::string;
  std::optional<ParamType> items;  // element type of an array
  std::optional<Json> default_value;
  bool required = false;      // no default and must be given
  std::vector<Json> allowed;  // `enum`; empty = anything
  std::optional<double> minimum, maximum;
  std::optional<std::int64_t> min_length, max_length;
  std::string pattern;  // glob with * and ?, whole value; empty = anything
  std::string description;
};

// Retry ------------------------------------------------------------------------------------------

struct RetryRule {
  std::vector<int> exit_codes;  // empty = any
  std::optional<Cause> cause;
  std::string log_matches;  // text looked for in the log's last 64 KiB, `*` matches within a line
  enum class Action { retry, fail } action = Action::retry;
  std::optional<Duration> delay;
  double memory_factor = 1.0;  // `memory: x1.5`: multiplies resources.memory for the next attempts
};

struct RetryPolicy {
  int limit = 0;  // attempts beyond the first
  Duration delay = std::chrono::seconds(10);
  double backoff = 2.0;  // factor per retry, 1 = constant
  Duration max_delay = std::chrono::minutes(5);
  double jitter = 0.1;   // ± fraction, 0 to 1, decided by hash of (run, task, attempt)
  std::uint32_t on = 0;  // bit per Cause; 0 = the default: exit signal timeout oom lost contract
  std::vector<RetryRule> rules;
};

// Tasks ------------------------------------------------------------------------------------------

struct Resources {
  double cpu = 0;            // cores; 0 = not asked for
  std::uint64_t memory = 0;  // bytes; 0 = no limit
  int gpu = 0;
};

// `inputs: {model: tasks.train.artifacts.model}`
struct InputSpec {
  std::string name;
  TaskIndex from = kNoTask;
  std::string artifact;
};

struct ArtifactSpec {
  std::string name;
  std::string path;  // relative to TIDEMILL_OUT, no "..", checked
};

// `expect: {rows: ">= 1000"}` over a declared output or metric.
struct ExpectRule {
  std::string name;
  enum class Op { lt, le, gt, ge, eq, ne, between } op = Op::ge;
  double low = 0;                          // the number, or the lower end of `0.5..2`
  double high = 0;                         // between: the upper end
  std::optional<std::string> equals_text;  // eq/ne with a text
  std::string text;                        // as written
};

// What a task does instead of running a program: core/wait_for.h and core/approval.h.
struct WaitSpec;
struct ApprovalSpec;

enum class HookKind : std::uint8_t { none, start, success, failure, cancel, exit };

struct TaskSpec {
  std::string id;
  std::string description;
  Mark mark;
  HookKind hook = HookKind::none;

  // Exactly one of script, argv, wait_for and approval is set.
  std::string script;                            // `run:`, untouched
  std::vector<Template> argv;                    // `command:`
  std::shared_ptr<const WaitSpec> wait_for;      // `uses: wait_for`
  std::shared_ptr<const ApprovalSpec> approval;  // `uses: approval`
  std::string shell;                             // interpreter for script; empty = sh
  std::string cwd;  // relative to the DAG's folder; empty = that folder
  std::optional<unsigned> umask;

  std::vector<TaskIndex> upstream;    // each once, in the order written
  std::vector<TaskIndex> downstream;  // derived
  TriggerRule trigger_rule = TriggerRule::all_success;
  Expr needs_expr;  // set: decides instead of trigger_rule
  Expr condition;   // `if:`
  bool setup = false;
  bool allow_failure = false;

  std::shared_ptr<const RetryPolicy> retry;  // never null
  Duration timeout{};                        // one attempt from exec; 0 = none
  Duration queue_timeout{};                  // from ready to exec; 0 = none
  Duration grace = std::chrono::seconds(10);

  std::vector<std::pair<std::string, Template>> env;         // own and inherited, own last
  std::vector<std::pair<std::string, std::string>> secrets;  // variable → secret name
  std::vector<std::string> runs_on;                          // labels a worker must have, sorted
  std::string pool;                                          // empty = the default pool
  int slots = 1;                                             // of pool and of worker
  int priority = 5;                                          // 1 first … 9
  Resources resources;

  std::vector<std::string> outputs;
  std::vector<std::string> metrics;
  std::vector<ArtifactSpec> artifacts;
  std::vector<InputSpec> inputs;
  std::vector<ExpectRule> expect;
  std::string publishes;  // the dataset that each success updates; empty = none

  // It never becomes an attempt: it waits in the state awaiting_input, without a slot.
  bool only_waits() const { return wait_for != nullptr || approval != nullptr; }
};

// DAG --------------------------------------------------------------------------------------------

struct PoolSpec {  // `pools:` of the DAG file; a worker-wide pool comes with the daemon
  std::string name;
  int slots = 1;
};

struct Catchup {
  enum class Mode { none, latest, all } mode = Mode::none;
  Duration window{};  // 0 = no bound
};

struct Deadline {
  Duration after{};
  enum class From { scheduled, queued, started } from = From::scheduled;
};

// `triggers:` what starts a run beside the schedule and people.
struct DagTrigger {  // the end of a run of another DAG
  std::string dag;
  std::vector<RunState> states;  // one of these ends; never empty, each once, in their order
  Mark mark;
};

struct DatasetTrigger {               // updates of datasets since the last run that they started
  std::vector<std::string> datasets;  // never empty, each once, sorted
  bool any = false;                   // an update of one is enough; otherwise of each
  Mark mark;
};

struct AlertSpec {
  bool declared = false;
  std::vector<std::string> on;  // failure deadline recovery success
  std::string severity = "error";
  std::string policy;
  std::string runbook;
};

struct Dag {
  int version = 1;
  std::string name;
  std::string description;
  std::string owner;
  std::vector<std::string> tags;

  std::vector<Schedule> schedules;
  Catchup catchup;
  std::vector<DagTrigger> dag_triggers;          // each DAG once, never this one
  std::vector<DatasetTrigger> dataset_triggers;  // each set of datasets once
  std::vector<std::string> webhook_secrets;      // names; a call signed with one starts a run
  int max_active_runs = 1;
  enum class OnOverlap { queue, skip, cancel_running } on_overlap = OnOverlap::queue;
  // What becomes of an attempt whose worker is out of reach when its lease ends. One that goes on
  // is not replaced before its worker is back or a person gives it up.
  enum class OnPartition : std::uint8_t { kill, go_on } on_partition = OnPartition::kill;
  Duration timeout{};  // whole run; 0 = none
  int priority = 5;
  int max_active_tasks = 0;  // of one run; 0 = no own bound

  std::vector<ParamSpec> params;
  std::vector<PoolSpec> pools;
  std::vector<TaskSpec> tasks;   // ordinary tasks first, then hooks
  std::uint32_t task_count = 0;  // how many of them are ordinary
  std::array<TaskIndex, 6> hooks = {kNoTask, kNoTask, kNoTask,
                                    kNoTask, kNoTask, kNoTask};  // by HookKind

  AlertSpec alerts;
  std::optional<Deadline> deadline;
  Duration expect_run_every{};  // from one success to the next at most; 0 = not watched

  std::string content_hash;  // SHA-256 of the file's bytes
  std::string source;        // the file's bytes, kept with each run (I21)

  bool has_triggers() const { return !dag_triggers.empty() || !dataset_triggers.empty(); }
  TaskIndex find(
      std::string_view id) const;  // kNoTask when absent; ordinary tasks and "hook.<kind>"
  TaskIndex hook(HookKind kind) const { return hooks[static_cast<std::size_t>(kind)]; }

  std::vector<std::pair<std::string, TaskIndex>> by_id;  // sorted, behind find()
};

using DagPtr = std::shared_ptr<const Dag>;

}  // namespace tidemill
