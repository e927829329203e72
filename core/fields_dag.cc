#include "core/alert/alert.h"
#include "core/fields.h"

// The top of the file and what hangs on it, but for tasks.
namespace tidemill {
namespace {

constexpr std::string_view kOverlapWords[] = {"queue", "skip", "cancel_running"};
constexpr std::string_view kPartitionWords[] = {"kill", "continue"};
constexpr std::string_view kCatchupWords[] = {"none", "latest", "all"};
constexpr std::string_view kGapWords[] = {"run_after", "skip"};
constexpr std::string_view kFoldWords[] = {"first", "both"};
constexpr std::string_view kDayWords[] = {"business_days", "first_business_day",
                                          "last_business_day"};
constexpr std::string_view kTypeWords[] = {"string", "integer", "number",   "boolean",  "array",
                                           "object", "date",    "datetime", "duration", "secret"};
constexpr std::string_view kAlertWords[] = {"failure", "deadline", "recovery", "success"};
constexpr std::string_view kWhenWords[] = {"all", "any"};
constexpr std::string_view kEndWords[] = {"succeeded", "partial", "failed", "cancelled"};
constexpr std::string_view kFromWords[] = {"scheduled", "queued", "started"};

constexpr Field kDagFields[] = {
    {.key = "version",
     .kind = FieldKind::integer,
     .minimum = 1,
     .maximum = 1,
     .fallback = "1",
     .description = "The version of this file format.",
     .example = "1"},
    {.key = "name",
     .pattern = "^[a-z][a-z0-9_]{0,63}$",
     .description = "The DAG's name, unique among all DAGs. Without it, the file's name is used.",
     .example = "\"listing_category\""},
    {.key = "description",
     .description = "What the DAG is for, in Markdown; shown beside its runs.",
     .example = "\"Detect a listing's category from its title.\""},
    {.key = "owner", .description = "Who answers for the DAG.", .example = "\"data-science\""},
    {.key = "tags",
     .shape = kList,
     .description = "Words to find the DAG by.",
     .example = "[\"ml\", \"listings\"]"},
    {.key = "schedule",
     .kind = FieldKind::object,
     .shape = kOne | kList | kShortText,
     .object = &kScheduleObject,
     .description = "When runs start by themselves: a cron expression (in UTC), one of the forms "
                    "below, or a list of them.",
     .example = "{\"cron\": \"0 3 * * *\", \"timezone\": \"Europe/Berlin\"}"},
    {.key = "catchup",
     .kind = FieldKind::object,
     .shape = kOne | kShortText,
     .object = &kCatchupObject,
     .words = kCatchupWords,
     .fallback = "\"none\"",
     .description = "Which of the runs that were missed while nothing ran are made up for.",
     .example = "{\"mode\": \"latest\", \"window\": \"6h\"}"},
    {.key = "max_active_runs",
     .kind = FieldKind::integer,
     .minimum = 1,
     .maximum = 1000,
     .fallback = "1",
     .description = "How many runs of this DAG may be active at once.",
     .example = "1"},
    {.key = "on_overlap",
     .kind = FieldKind::word,
     .words = kOverlapWords,
     .fallback = "\"queue\"",
     .description = "What a new run does when max_active_runs are active: wait, not happen, or "
                    "cancel the oldest.",
     .example = "\"skip\""},
    {.key = "on_partition",
     .kind = FieldKind::word,
     .words = kPartitionWords,
     .fallback = "\"kill\"",
     .description = "What becomes of a task on a remote worker that cannot be reached for longer "
                    "than its lease: it is stopped there and tried again elsewhere, or it goes on "
                    "and nothing takes its place until the worker is back or a person gives it up.",
     .example = "\"continue\""},
    {.key = "max_active_tasks",
     .kind = FieldKind::integer,
     .minimum = 1,
     .maximum = 100000,
     .description = "How many tasks of one run may run at once. Without it, only workers and pools "
                    "set a bound.",
     .example = "8"},
    {.key = "timeout",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "How long a whole run may take before it is cancelled and counts as failed; "
                    "0s = no bound.",
     .example = "\"4h\""},
    {.key = "priority",
     .kind = FieldKind::integer,
     .minimum = 1,
     .maximum = 9,
     .fallback = "5",
     .description = "Which DAG's tasks go first when slots are short: 1 is first, 9 is last.",
     .example = "3"},
    {.key = "params",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kParamObject,
     .description = "What a run can be given. Tasks read a parameter as ${{ params.NAME }} and as "
                    "the variable TIDEMILL_PARAM_NAME.",
     .example = "{\"min_accuracy\": {\"type\": \"number\", \"default\": 0.75}}"},
    {.key = "env",
     .kind = FieldKind::scalar,
     .shape = kMap,
     .description = "Environment variables of every task. Values may hold ${{ params… }} and "
                    "${{ run… }}.",
     .example = "{\"PYTHONUNBUFFERED\": \"1\"}"},
    {.key = "pools",
     .kind = FieldKind::integer,
     .shape = kMap,
     .minimum = 1,
     .maximum = 1000000,
     .description = "Named pools of slots that tasks of this DAG share: name → number of slots.",
     .example = "{\"warehouse\": 2}"},
    {.key = "defaults",
     .kind = FieldKind::object,
     .object = &kDefaultsObject,
     .description = "Values for every task. A task's own value replaces; env adds.",
     .example = "{\"timeout\": \"30m\"}"},
    {.key = "tasks",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kTaskObject,
     .description = "The tasks: id → task. An id is up to 64 of A-Z a-z 0-9 _ . - and starts with "
                    "a letter, a digit or _.",
     .example = "{\"extract\": {\"run\": \"./extract.sh\"}}",
     .required = true},
    {.key = "hooks",
     .kind = FieldKind::object,
     .object = &kHooksObject,
     .description = "Tasks that run when the run starts or ends.",
     .example = "{\"failure\": {\"run\": \"./page_summary.sh\"}}"},
    {.key = "alerts",
     .kind = FieldKind::object,
     .object = &kAlertsObject,
     .description = "When people are told, and how urgently.",
     .example = "{\"on\": [\"failure\", \"recovery\"], \"policy\": \"ml_oncall\"}"},
    {.key = "deadline",
     .kind = FieldKind::object,
     .object = &kDeadlineObject,
     .description = "By when a run must have succeeded. A missed deadline alerts; the run goes on.",
     .example = "{\"after\": \"90m\", \"from\": \"scheduled\"}"},
    {.key = "expect_run_every",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "The longest time from one success to the next. When it is over, people are "
                    "told that nothing is heard of the DAG, unless it is paused; 0s = not watched.",
     .example = "\"26h\""},
    {.key = "triggers",
     .kind = FieldKind::object,
     .shape = kOne | kList,
     .object = &kTriggerObject,
     .description = "What starts runs beside the schedule and people: the end of a run of another "
                    "DAG, updates of datasets, or a signed call.",
     .example = "[{\"dag\": \"extract\", \"states\": [\"succeeded\"]}]"},
};

constexpr Field kScheduleFields[] = {
    {.key = "cron",
     .description = "Five fields (minute hour day-of-month month day-of-week), six with the second "
                    "first, or @daily and the like.",
     .example = "\"0 3 * * MON-FRI\""},
    {.key = "every",
     .kind = FieldKind::duration,
     .description = "A fixed interval, at least 1s, counted from anchor.",
     .example = "\"15m\""},
    {.key = "anchor",
     .fallback = "\"1970-01-01T00:00:00Z\"",
     .description = "An instant at which `every` is due, as RFC 3339.",
     .example = "\"2026-01-01T00:00:00Z\""},
    {.key = "at",
     .shape = kOne | kList,
     .description = "Single instants, as RFC 3339.",
     .example = "[\"2027-01-01T00:00:00Z\"]"},
    {.key = "dates",
     .shape = kOne | kList,
     .description = "Single days, as YYYY-MM-DD, each at the local time `time`.",
     .example = "[\"2027-01-04\"]"},
    {.key = "calendar",
     .kind = FieldKind::object,
     .shape = kOne | kShortText,
     .object = &kCalendarObject,
     .words = kDayWords,
     .description = "Business days, each at the local time `time`.",
     .example = "{\"days\": \"last_business_day\", \"holidays\": \"holidays.txt\"}"},
    {.key = "time",
     .pattern = "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$",
     .fallback = "\"00:00\"",
     .description = "The local time of `dates` and `calendar`, in quotes.",
     .example = "\"06:30\""},
    {.key = "timezone",
     .fallback = "\"UTC\"",
     .description = "The IANA zone whose wall clock the schedule follows.",
     .example = "\"Europe/Berlin\""},
    {.key = "dst",
     .kind = FieldKind::object,
     .object = &kDstObject,
     .description = "What happens to local times that a clock change skips or repeats.",
     .example = "{\"gap\": \"skip\", \"fold\": \"both\"}"},
};

constexpr Field kCalendarFields[] = {
    {.key = "days",
     .kind = FieldKind::word,
     .words = kDayWords,
     .fallback = "\"business_days\"",
     .description =
         "Every Monday to Friday that is no holiday, or a month's first or last of them.",
     .example = "\"first_business_day\""},
    {.key = "holidays",
     .shape = kOne | kList,
     .description = "Days that are no business days: a list of YYYY-MM-DD, or a file beside the "
                    "DAG with one a line.",
     .example = "\"holidays.txt\""},
};

constexpr Field kDstFields[] = {
    {.key = "gap",
     .kind = FieldKind::word,
     .words = kGapWords,
     .fallback = "\"run_after\"",
     .description = "A local time that the clock skips: run just after the change, or not at all.",
     .example = "\"skip\""},
    {.key = "fold",
     .kind = FieldKind::word,
     .words = kFoldWords,
     .fallback = "\"first\"",
     .description = "A local time that the clock shows twice: run the first time, or both.",
     .example = "\"both\""},
};

constexpr Field kCatchupFields[] = {
    {.key = "mode",
     .kind = FieldKind::word,
     .words = kCatchupWords,
     .fallback = "\"none\"",
     .description = "none = miss them, latest = only the newest, all = each of them.",
     .example = "\"latest\""},
    {.key = "window",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "How far back missed runs are looked for; 0s = no bound.",
     .example = "\"6h\""},
};

constexpr Field kParamFields[] = {
    {.key = "type",
     .kind = FieldKind::word,
     .words = kTypeWords,
     .fallback = "\"string\"",
     .description = "What kind of value it is.",
     .example = "\"number\""},
    {.key = "items",
     .kind = FieldKind::word,
     .words = kTypeWords,
     .description = "Type array: what kind of values it holds.",
     .example = "\"string\""},
    {.key = "default",
     .kind = FieldKind::any,
     .description = "The value of a run that is not given one. A parameter without a default must "
                    "be given, unless it says `required: false`.",
     .example = "0.75"},
    {.key = "required",
     .kind = FieldKind::boolean,
     .description = "Whether a run must be given a value. By default, when there is no default; "
                    "`false` without a default makes the value null.",
     .example = "true"},
    {.key = "enum",
     .kind = FieldKind::any,
     .shape = kList,
     .description = "The only values accepted.",
     .example = "[\"small\", \"large\"]"},
    {.key = "minimum",
     .kind = FieldKind::number,
     .description = "Numbers: the least value.",
     .example = "0"},
    {.key = "maximum",
     .kind = FieldKind::number,
     .description = "Numbers: the greatest value.",
     .example = "1"},
    {.key = "min_length",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 1048576,
     .description = "Strings: least number of characters. Arrays: of items.",
     .example = "1"},
    {.key = "max_length",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 1048576,
     .description = "Strings: greatest number of characters. Arrays: of items.",
     .example = "64"},
    {.key = "pattern",
     .description = "Strings: what the whole value looks like; * is any text, ? "
                    "any one character.",
     .example = "\"s3://*\""},
    {.key = "description",
     .description = "What it is for; shown in the form that starts a run.",
     .example = "\"The gate's floor.\""},
};

constexpr Field kHooksFields[] = {
    {.key = "start",
     .kind = FieldKind::object,
     .object = &kHookObject,
     .description = "Runs before the first task; when it fails, no task starts.",
     .example = "{\"run\": \"./prepare.sh\"}"},
    {.key = "success",
     .kind = FieldKind::object,
     .object = &kHookObject,
     .description = "Runs when the run has succeeded.",
     .example = "{\"run\": \"./announce.sh\"}"},
    {.key = "failure",
     .kind = FieldKind::object,
     .object = &kHookObject,
     .description = "Runs when the run has failed.",
     .example = "{\"run\": \"./summary.sh\"}"},
    {.key = "cancel",
     .kind = FieldKind::object,
     .object = &kHookObject,
     .description = "Runs when the run was cancelled.",
     .example = "{\"run\": \"./tidy_up.sh\"}"},
    {.key = "exit",
     .kind = FieldKind::object,
     .object = &kHookObject,
     .description = "Runs last, however the run ended.",
     .example = "{\"run\": \"./clean.sh\"}"},
};

constexpr Field kAlertsFields[] = {
    {.key = "on",
     .kind = FieldKind::word,
     .shape = kOne | kList,
     .words = kAlertWords,
     .fallback = "[\"failure\"]",
     .description = "What people are told of. Failures count after the last retry only.",
     .example = "[\"failure\", \"deadline\", \"recovery\"]"},
    {.key = "severity",
     .kind = FieldKind::word,
     .words = kSeverityWords,
     .fallback = "\"error\"",
     .description = "How urgent a failure is.",
     .example = "\"critical\""},
    {.key = "policy",
     .description = "The name of the escalation policy.",
     .example = "\"ml_oncall\""},
    {.key = "runbook",
     .description = "What the person on call should read: a file in the DAG's folder, or a URL. "
                    "A section headed with a task's name or a cause is shown alone.",
     .example = "\"runbook.md\""},
};

constexpr Field kDeadlineFields[] = {
    {.key = "after",
     .kind = FieldKind::duration,
     .description = "How long after `from`.",
     .example = "\"90m\"",
     .required = true},
    {.key = "from",
     .kind = FieldKind::word,
     .words = kFromWords,
     .fallback = "\"scheduled\"",
     .description = "What the time counts from: when the run was due, was created, or started.",
     .example = "\"started\""},
};

constexpr Field kTriggerFields[] = {
    {.key = "dag",
     .pattern = "^[a-z][a-z0-9_]{0,63}$",
     .description = "The name of another DAG. When one of its runs ends, a run of this DAG starts, "
                    "once for each of its runs.",
     .example = "\"extract\""},
    {.key = "states",
     .kind = FieldKind::word,
     .shape = kOne | kList,
     .words = kEndWords,
     .fallback = "[\"succeeded\"]",
     .description = "With dag: the ends that count.",
     .example = "[\"succeeded\", \"partial\"]"},
    {.key = "dataset",
     .shape = kOne | kList,
     .pattern = "^[A-Za-z_][A-Za-z0-9_./-]{0,63}$",
     .description = "The names of datasets that tasks of other DAGs `publish`. When they were "
                    "updated since the last run that they started, a run of this DAG starts.",
     .example = "[\"listings\", \"labels\"]"},
    {.key = "when",
     .kind = FieldKind::word,
     .words = kWhenWords,
     .fallback = "\"all\"",
     .description = "With several datasets: each of them must have been updated, or one.",
     .example = "\"any\""},
    {.key = "webhook",
     .kind = FieldKind::object,
     .object = &kWebhookObject,
     .description = "A call of POST /api/v1/hooks/NAME that is signed as in Standard Webhooks.",
     .example = "{\"secret\": \"shop_hook\"}"},
};

constexpr Field kWebhookFields[] = {
    {.key = "secret",
     .description = "The name of the secret that the calls are signed with.",
     .example = "\"shop_hook\"",
     .required = true},
};

}  // namespace

const ObjectSpec kTriggerObject = {"trigger", "triggers",
                                   "Exactly one of dag, dataset and webhook.", kTriggerFields};
const ObjectSpec kWebhookObject = {"webhook", "triggers.webhook", "Who may call, as a signature.",
                                   kWebhookFields};
const ObjectSpec kDagObject = {"dag", "The DAG file", "One file describes one DAG.", kDagFields};
const ObjectSpec kScheduleObject = {
    "schedule", "schedule", "Exactly one of cron, every, at, dates and calendar, with its zone.",
    kScheduleFields};
const ObjectSpec kCalendarObject = {"calendar", "schedule.calendar", "Business days.",
                                    kCalendarFields};
const ObjectSpec kDstObject = {"dst", "schedule.dst", "What a clock change does to the schedule.",
                               kDstFields};
const ObjectSpec kCatchupObject = {"catchup", "catchup", "How missed runs are made up for.",
                                   kCatchupFields};
const ObjectSpec kParamObject = {"param", "params.NAME", "One parameter of a run.", kParamFields};
const ObjectSpec kHooksObject = {"hooks", "hooks", "One hook for each moment.", kHooksFields};
const ObjectSpec kAlertsObject = {"alerts", "alerts", "When people are told.", kAlertsFields};
const ObjectSpec kDeadlineObject = {"deadline", "deadline", "By when a run must have succeeded.",
                                    kDeadlineFields};

}  // namespace tidemill
