#include <array>

#include "core/fields.h"

// The arguments of the built-in actions that wait, and what a task publishes.
namespace tidemill {
namespace {

constexpr std::string_view kMethodWords[] = {"GET", "HEAD"};
constexpr std::string_view kTimeoutWords[] = {"fail", "skip"};
constexpr std::string_view kAnswerWords[] = {"reject", "approve"};
constexpr std::string_view kRoleWords[] = {"operator", "editor", "admin"};

constexpr Field kWaitTimeout = {
    .key = "timeout",
    .kind = FieldKind::duration,
    .fallback = "\"0s\"",
    .description = "How long it is waited for, from its beginning; 0s = without end.",
    .example = "\"2h\""};

constexpr Field kWaitFields[] = {
    {.key = "file",
     .description =
         "A path, absolute or from the DAG's folder, as the scheduler's machine sees it. "
         "May hold ${{ … }}.",
     .example = "\"/data/in/${{ params.day }}.csv\""},
    {.key = "http",
     .description = "An http or https address that must answer with one of `status`. Redirects are "
                    "not followed, and private addresses are refused unless the daemon's setting "
                    "allow_private_network names them. May hold ${{ … }}.",
     .example = "\"https://example.org/ready\""},
    {.key = "method",
     .kind = FieldKind::word,
     .words = kMethodWords,
     .fallback = "\"GET\"",
     .description = "With http: how it is asked.",
     .example = "\"HEAD\""},
    {.key = "status",
     .kind = FieldKind::integer,
     .shape = kOne | kList,
     .minimum = 100,
     .maximum = 599,
     .description = "With http: the answers that count; 200 to 299 by default.",
     .example = "[200, 204]"},
    {.key = "time",
     .description = "An instant as RFC 3339, or a duration from when the task begins to wait. May "
                    "hold ${{ … }}.",
     .example = "\"${{ run.interval_end }}\""},
    {.key = "dataset",
     .pattern = "^[A-Za-z_][A-Za-z0-9_./-]{0,63}$",
     .description = "The name of a dataset that a task `publish`es. An update counts that was made "
                    "at or after the time for which the run was scheduled.",
     .example = "\"listings\""},
    {.key = "max_age",
     .kind = FieldKind::duration,
     .description =
         "With dataset: an update counts as well that was at most so old when the task began to "
         "wait.",
     .example = "\"6h\""},
    {.key = "every",
     .kind = FieldKind::duration,
     .fallback = "\"30s\"",
     .description = "How long after one look the next one follows, at least 1s.",
     .example = "\"10s\""},
    kWaitTimeout,
    {.key = "on_timeout",
     .kind = FieldKind::word,
     .words = kTimeoutWords,
     .fallback = "\"fail\"",
     .description = "What becomes of the task when its timeout passes.",
     .example = "\"skip\""},
};

constexpr Field kApprovalFields[] = {
    {.key = "prompt",
     .description = "What the person is asked, in Markdown. May hold ${{ … }}.",
     .example = "\"Publish the model with accuracy ${{ tasks.evaluate.metrics.accuracy }}?\"",
     .required = true},
    {.key = "form",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kParamObject,
     .description = "What the person fills in: name → field, described as `params` are. The values "
                    "are the task's outputs, beside decided_by and comment.",
     .example = "{\"threshold\": {\"type\": \"number\", \"default\": 0.5}}"},
    {.key = "role",
     .kind = FieldKind::word,
     .words = kRoleWords,
     .fallback = "\"operator\"",
     .description = "The least role for this DAG that may answer.",
     .example = "\"editor\""},
    kWaitTimeout,
    {.key = "default",
     .kind = FieldKind::word,
     .words = kAnswerWords,
     .fallback = "\"reject\"",
     .description =
         "The answer when the timeout passes: rejected, or approved with the defaults of "
         "the form.",
     .example = "\"approve\""},
};

constexpr Field kPublishFields[] = {
    {.key = "dataset",
     .pattern = "^[A-Za-z_][A-Za-z0-9_./-]{0,63}$",
     .description = "Its name. Each success of the task is recorded as one update of it.",
     .example = "\"listings\"",
     .required = true},
    {.key = "from", .kind = FieldKind::any, .not_yet = "atomic publication of its files"},
    {.key = "keep", .kind = FieldKind::any, .not_yet = "atomic publication of its files"},
};

}  // namespace

const ObjectSpec kWaitObject = {"wait_for", "tasks.TASK.with, of wait_for",
                                "Exactly one of file, http, time and dataset.", kWaitFields};
const ObjectSpec kApprovalObject = {"approval", "tasks.TASK.with, of approval",
                                    "What a person decides, and what happens without one.",
                                    kApprovalFields};
const ObjectSpec kPublishObject = {"publish", "tasks.TASK.publish", "The data that a task leaves.",
                                   kPublishFields};

}  // namespace tidemill
