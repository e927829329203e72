#include <array>

#include "core/fields.h"

// Tasks, hooks, and the defaults for tasks. Fields that more than one of them has are named here
// once.
namespace tidemill {
namespace {

constexpr std::string_view kRuleWords[] = {"all_success",  "all_failed",
                                           "all_done",     "all_done_min_one_success",
                                           "all_skipped",  "one_success",
                                           "one_failed",   "one_done",
                                           "none_failed",  "none_failed_min_one_success",
                                           "none_skipped", "all_done_setup_success",
                                           "always"};
constexpr std::string_view kCauseWords[] = {"exit", "signal",   "timeout",    "oom",
                                            "lost", "contract", "exec_failed"};
constexpr std::string_view kActionWords[] = {"retry", "fail"};
constexpr std::string_view kActionNames[] = {"wait_for", "approval"};
constexpr std::string_view kActionsNotYet[] = {"dag.run", "http.request", "drift"};
constexpr std::string_view kExecutorWords[] = {"worker"};
constexpr std::string_view kExecutorsNotYet[] = {"slurm"};

constexpr Field kRun = {
    .key = "run",
    .description =
        "A script, run by sh or by the interpreter of its #! line. It is passed on "
        "untouched: values reach it through env, never through ${{ … }}.",
    .example = "\"./extract.sh > \\\"$TIDEMILL_OUT/listings.jsonl\\\"\""};
constexpr Field kCommand = {
    .key = "command",
    .shape = kList,
    .description =
        "A program and its arguments, started without a shell. Arguments may hold "
        "${{ … }}.",
    .example = "[\"python3\", \"train.py\", \"--floor\", \"${{ params.min_accuracy }}\"]"};
constexpr Field kDescription = {.key = "description",
                                .description = "What the task does, in Markdown.",
                                .example = "\"Reads the day's listings.\""};
constexpr Field kRetry = {.key = "retry",
                          .kind = FieldKind::object,
                          .object = &kRetryObject,
                          .description = "How often and when a failed attempt is tried again.",
                          .example = "{\"limit\": 2, \"delay\": \"10s\", \"backoff\": 2}"};
constexpr Field kRetries = {.key = "retries",
                            .kind = FieldKind::integer,
                            .minimum = 0,
                            .maximum = 1000,
                            .description = "Short for retry.limit.",
                            .example = "3"};
constexpr Field kTimeout = {
    .key = "timeout",
    .kind = FieldKind::duration,
    .fallback = "\"0s\"",
    .description = "How long one attempt may take, from its start; 0s = no bound.",
    .example = "\"30m\""};
constexpr Field kQueueTimeout = {
    .key = "queue_timeout",
    .kind = FieldKind::duration,
    .fallback = "\"0s\"",
    .description = "How long a ready task may wait for a worker before it fails; 0s = no bound.",
    .example = "\"1h\""};
constexpr Field kGrace = {
    .key = "grace",
    .kind = FieldKind::duration,
    .fallback = "\"10s\"",
    .description = "How long a task that is stopped has between SIGTERM and SIGKILL.",
    .example = "\"30s\""};
constexpr Field kEnv = {.key = "env",
                        .kind = FieldKind::scalar,
                        .shape = kMap,
                        .description = "Environment variables. Values may hold ${{ … }}.",
                        .example = "{\"ROWS\": \"${{ tasks.extract.outputs.rows }}\"}"};
constexpr Field kSecrets = {
    .key = "secrets",
    .shape = kMap,
    .description =
        "Variables whose values are secrets: variable → name of the secret. They are "
        "masked in logs.",
    .example = "{\"TOKEN\": \"warehouse_token\"}"};
constexpr Field kCwd = {
    .key = "cwd",
    .description = "The directory to run in, relative to the DAG's folder; that folder by default.",
    .example = "\"scripts\""};
constexpr Field kShell = {.key = "shell",
                          .fallback = "\"sh\"",
                          .description = "The interpreter of `run`, one word.",
                          .example = "\"bash\""};
constexpr Field kUmask = {
    .key = "umask",
    .pattern = "^0?[0-7]{3}$",
    .description = "Permissions that new files do not get, in octal and in quotes.",
    .example = "\"027\""};
constexpr Field kRunsOn = {.key = "runs_on",
                           .shape = kOne | kList,
                           .description = "Labels that a worker must have, all of them.",
                           .example = "[\"gpu\"]"};
constexpr Field kPool = {.key = "pool",
                         .description = "The pool whose slots the task takes; one of `pools`.",
                         .example = "\"warehouse\""};
constexpr Field kSlots = {
    .key = "slots",
    .kind = FieldKind::integer,
    .minimum = 1,
    .maximum = 1000000,
    .fallback = "1",
    .description = "How many slots of its pool and of its worker the task takes.",
    .example = "2"};
constexpr Field kPriority = {
    .key = "priority",
    .kind = FieldKind::integer,
    .minimum = 1,
    .maximum = 9,
    .fallback = "5",
    .description = "Which ready task goes first when slots are short: 1 is first, 9 is last.",
    .example = "3"};
constexpr Field kResources = {.key = "resources",
                              .kind = FieldKind::object,
                              .object = &kResourcesObject,
                              .description = "What the task needs of its worker.",
                              .example = "{\"cpu\": 1, \"memory\": \"2GiB\"}"};
constexpr Field kExecutor = {.key = "executor",
                             .kind = FieldKind::word,
                             .words = kExecutorWords,
                             .fallback = "\"worker\"",
                             .description = "What runs the task.",
                             .example = "\"worker\"",
                             .words_not_yet = kExecutorsNotYet};
constexpr Field kAllowFailure = {
    .key = "allow_failure",
    .kind = FieldKind::boolean,
    .fallback = "false",
    .description =
        "A failure is tolerated: the run ends `partial` instead of `failed`. Downstream "
        "still sees `failed`.",
    .example = "true"};

constexpr Field kTaskFields[] = {
    kDescription,
    kRun,
    kCommand,
    {.key = "needs",
     .shape = kOne | kList,
     .description = "The tasks this one waits for: a list, or an expression over how they ended, "
                    "which is decided as early as it is certain.",
     .example = "[\"extract\"]"},
    {.key = "depends",
     .shape = kOne | kList,
     .description = "Another spelling of needs.",
     .example = "[\"extract\"]",
     .same_as = "needs"},
    {.key = "depends_on",
     .shape = kOne | kList,
     .description = "Another spelling of needs.",
     .example = "[\"extract\"]",
     .same_as = "needs"},
    {.key = "trigger_rule",
     .kind = FieldKind::word,
     .words = kRuleWords,
     .fallback = "\"all_success\"",
     .description = "How the tasks of `needs` must have ended for this one to run.",
     .example = "\"all_done\""},
    {.key = "if",
     .description = "An expression; when it is false, the task is skipped.",
     .example = "\"params.full || tasks.extract.outputs.rows > 0\""},
    {.key = "setup",
     .kind = FieldKind::boolean,
     .fallback = "false",
     .description = "The task prepares what tasks with trigger_rule all_done_setup_success take "
                    "down again.",
     .example = "true"},
    kAllowFailure,
    kRetry,
    kRetries,
    kTimeout,
    kQueueTimeout,
    kGrace,
    kEnv,
    kSecrets,
    kCwd,
    kShell,
    kUmask,
    kRunsOn,
    kPool,
    kSlots,
    kPriority,
    kResources,
    kExecutor,
    {.key = "outputs",
     .shape = kList,
     .description = "Names of the values the task writes to $TIDEMILL_OUTPUT. A successful attempt "
                    "must write each of them.",
     .example = "[\"rows\"]"},
    {.key = "metrics",
     .shape = kList,
     .description = "Names of the numbers the task writes to $TIDEMILL_METRICS. A successful "
                    "attempt must write each of them.",
     .example = "[\"accuracy\"]"},
    {.key = "artifacts",
     .shape = kMap,
     .description = "Files or directories the task leaves under $TIDEMILL_OUT: name → path there.",
     .example = "{\"model\": \"model.bin\"}"},
    {.key = "inputs",
     .shape = kMap,
     .description =
         "Artifacts of tasks before this one, given under $TIDEMILL_IN: name → artifact.",
     .example = "{\"model\": \"tasks.train.artifacts.model\"}"},
    {.key = "expect",
     .kind = FieldKind::scalar,
     .shape = kMap,
     .description = "What outputs and metrics must be, or the attempt fails: name → a comparison "
                    "(>= 1000), a range (0.5..2) or a value.",
     .example = "{\"rows\": \">= 1000\"}"},
    {.key = "uses",
     .kind = FieldKind::word,
     .words = kActionNames,
     .description = "A built-in action instead of a program. It waits without taking a slot.",
     .example = "\"wait_for\"",
     .words_not_yet = kActionsNotYet},
    {.key = "with",
     .kind = FieldKind::any,
     .description =
         "The arguments of the action: of `wait_for` exactly one of file, http, time and "
         "dataset; of `approval` its prompt and form.",
     .example = "{\"file\": \"/data/in/listings.csv\", \"timeout\": \"2h\"}"},
    {.key = "foreach",
     .kind = FieldKind::any,
     .not_yet = "one task instance for each item of a list"},
    {.key = "matrix",
     .kind = FieldKind::any,
     .not_yet = "one task instance for each combination of values"},
    {.key = "gate", .kind = FieldKind::any, .not_yet = "comparing a model with the champion"},
    {.key = "publish",
     .kind = FieldKind::object,
     .object = &kPublishObject,
     .description = "The dataset that each success of the task updates.",
     .example = "{\"dataset\": \"listings\"}"},
    {.key = "cache", .kind = FieldKind::any, .not_yet = "reusing the result of an equal task"},
    {.key = "access", .kind = FieldKind::any, .not_yet = "purpose-bound access to personal data"},
};

constexpr Field kDefaultsFields[] = {
    kRetry,   kRetries,  kTimeout,   kQueueTimeout, kGrace,        kEnv,
    kSecrets, kCwd,      kShell,     kUmask,        kRunsOn,       kPool,
    kSlots,   kPriority, kResources, kExecutor,     kAllowFailure,
};

constexpr Field kHookFields[] = {
    kDescription, kRun,   kCommand, kEnv,     kSecrets, kTimeout, kGrace,     kCwd,
    kShell,       kUmask, kRetry,   kRetries, kPool,    kSlots,   kResources,
};

constexpr Field kRetryFields[] = {
    {.key = "limit",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 1000,
     .fallback = "0",
     .description = "How many attempts there may be after the first. Attempts lost to "
                    "infrastructure do not count.",
     .example = "2"},
    {.key = "delay",
     .kind = FieldKind::duration,
     .fallback = "\"10s\"",
     .description = "How long to wait before the first retry.",
     .example = "\"10s\""},
    {.key = "backoff",
     .kind = FieldKind::number,
     .minimum = 1,
     .maximum = 100,
     .fallback = "2",
     .description = "By what the delay is multiplied for each further retry; 1 = always the same.",
     .example = "2"},
    {.key = "max_delay",
     .kind = FieldKind::duration,
     .fallback = "\"5m\"",
     .description = "The longest delay.",
     .example = "\"5m\""},
    {.key = "jitter",
     .kind = FieldKind::number,
     .minimum = 0,
     .maximum = 1,
     .fallback = "0.1",
     .description = "By which fraction each delay is made longer or shorter, so that tasks do not "
                    "retry in step.",
     .example = "0.1"},
    {.key = "on",
     .kind = FieldKind::word,
     .shape = kOne | kList,
     .words = kCauseWords,
     .fallback = "[\"exit\", \"signal\", \"timeout\", \"oom\", \"lost\", \"contract\"]",
     .description = "Which ends of an attempt are tried again.",
     .example = "[\"timeout\", \"oom\"]"},
    {.key = "rules",
     .kind = FieldKind::object,
     .shape = kList,
     .object = &kRetryRuleObject,
     .description = "Exceptions: the first rule that fits decides, before `on`.",
     .example = "[{\"exit_codes\": [2], \"action\": \"fail\"}]"},
};

constexpr Field kRetryRuleFields[] = {
    {.key = "exit_codes",
     .kind = FieldKind::integer,
     .shape = kOne | kList,
     .minimum = 1,
     .maximum = 255,
     .description = "The attempt ended with one of these exit codes.",
     .example = "[2, 3]"},
    {.key = "cause",
     .kind = FieldKind::word,
     .words = kCauseWords,
     .description = "The attempt ended for this cause.",
     .example = "\"oom\""},
    {.key = "log_matches",
     .description = "The end of the log holds this text; * is any text within a line.",
     .example = "\"connection * refused\""},
    {.key = "action",
     .kind = FieldKind::word,
     .words = kActionWords,
     .description = "Try again, or give up at once.",
     .example = "\"retry\"",
     .required = true},
    {.key = "delay",
     .kind = FieldKind::duration,
     .description = "Retry: how long to wait, instead of the usual delay.",
     .example = "\"1m\""},
    {.key = "memory",
     .pattern = "^x[0-9]+(\\.[0-9]+)?$",
     .description = "Retry: by what resources.memory is multiplied for the attempts that follow.",
     .example = "\"x1.5\""},
};

constexpr Field kResourcesFields[] = {
    {.key = "cpu",
     .kind = FieldKind::number,
     .minimum = 0,
     .maximum = 4096,
     .fallback = "0",
     .description = "Cores.",
     .example = "1.5"},
    {.key = "memory",
     .kind = FieldKind::size,
     .fallback = "\"0\"",
     .description = "Memory; an attempt that takes more is ended with cause oom. 0 = no bound.",
     .example = "\"2GiB\""},
    {.key = "gpu",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 1024,
     .fallback = "0",
     .description = "GPUs.",
     .example = "1"},
};

}  // namespace

const ObjectSpec kTaskObject = {
    "task", "tasks.ID", "One task: exactly one of run and command, and when and how it runs.",
    kTaskFields};
const ObjectSpec kDefaultsObject = {
    "defaults", "defaults",
    "Values for every task, and for hooks as far as they have the key. A task's own value replaces "
    "the whole value here, but env and secrets add, and retries replaces retry.limit only.",
    kDefaultsFields};
const ObjectSpec kHookObject = {"hook", "hooks.MOMENT",
                                "A task at the start or the end of the run.", kHookFields};
const ObjectSpec kRetryObject = {"retry", "retry", "How failed attempts are tried again.",
                                 kRetryFields};
const ObjectSpec kRetryRuleObject = {
    "retry_rule", "retry.rules[]",
    "An exception to the retry policy. All conditions given must hold.", kRetryRuleFields};
const ObjectSpec kResourcesObject = {"resources", "resources", "What a task needs of its worker.",
                                     kResourcesFields};

}  // namespace tidemill
