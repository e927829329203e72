#include "scheduler/api/schemas.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/api/on_call_shapes.h"
#include "scheduler/api/overview_shapes.h"

namespace tidemill::api {
namespace {

constexpr std::string_view kTaskState =
    "state waiting|ready|dispatched|running|retry_wait|awaiting_input|succeeded|failed|"
    "upstream_failed|skipped|cancelled";

Json type(std::string_view word) {
  Json json;
  json.set("type", word);
  return json;
}

Json words_schema(std::string_view words) {
  Json::Array choices;
  for (const std::string_view word : split(words, '|')) choices.emplace_back(word);
  Json json = type("string");
  json.set("enum", std::move(choices));
  return json;
}

Json type_schema(std::string_view word) {
  if (word == "any") return Json(Json::Object());
  if (word == "time") {
    Json json = type("string");
    json.set("format", "date-time");
    return json;
  }
  for (const std::string_view plain : {"string", "integer", "number", "boolean", "object"}) {
    if (word == plain) return type(plain);
  }
  if (word.find('|') != std::string_view::npos) return words_schema(word);
  if (word.starts_with('[')) {
    Json json = type("array");
    json.set("items", type_schema(word.substr(1, word.size() - 2)));
    return json;
  }
  Json json;
  json.set("$ref", fmt::format("#/components/schemas/{}", word));
  return json;
}

Json nullable(Json schema) {
  Json null = type("null");
  Json json;
  json.set("anyOf", Json::Array{std::move(schema), std::move(null)});
  return json;
}

std::vector<Shape> system_shapes() {
  return {
      {"Problem",
       {"type string", "title string", "status integer", "~detail string", "~instance string",
        "~errors [ProblemPart]"}},
      {"ProblemPart", {"pointer string", "detail string"}},
      {"Status",
       {"epoch integer", "held_because string", "unfinished_runs integer", "live_attempts integer",
        "ready_tasks integer", "workers_connected integer", "version string", "started_at time",
        "now time", "you You", "delivery Delivery"}},
      {"Delivery", {"lag_seconds number?", "dead integer", "failing [string]"}},
      {"You", {"name string", "role string"}},
      {"WorkerList", {"workers [Worker]"}},
      {"Worker",
       {"worker string", "id integer", "state connected|draining|unreachable|lost|away",
        "since time?", "connected boolean", "draining boolean", "slots integer", "running integer",
        "dispatched integer", "attempts [WorkerAttempt]", "labels [string]",
        "resources WorkerResources", "version string?", "lease_ms integer", "lease_ends time?",
        "first_seen time?", "last_seen time?"}},
      {"WorkerAttempt", {"attempt integer", "run integer", "dag string", "task string"}},
      {"WorkerResources", {"cpu number", "memory integer", "gpu integer"}},
      {"WorkerDone", {"worker string", "done string"}},
      {"WorkerTokenList", {"tokens [WorkerToken]"}},
      {"WorkerToken",
       {"worker string", "prefix string", "state good|revoked", "created_at time?",
        "created_by string", "revoked_at time?"}},
      {"NewWorkerToken", {"worker string"}},
      {"WorkerSecret", {"worker string", "secret string"}},
  };
}

std::vector<Shape> dag_shapes() {
  return {
      {"DagList", {"folder string", "problem string?", "next string?", "dags [DagSummary]"}},
      {"DagSummary",
       {"dag string", "file string", "state ok|broken|gone", "version integer?", "paused boolean",
        "paused_by string?", "paused_reason string?", "paused_at time?", "next_instant time?",
        "owner string?", "tags [string]", "description string?", "schedules [string]",
        "findings integer", "first_seen time?", "loaded_at time?", "~last_runs [RunMark]"}},
      {"Dag",
       {"dag string", "file string", "state ok|broken|gone", "version integer?", "paused boolean",
        "paused_by string?", "paused_reason string?", "paused_at time?", "next_instant time?",
        "owner string?", "tags [string]", "description string?", "schedules [string]",
        "findings [Finding]", "first_seen time?", "loaded_at time?", "definition object?"}},
      {"Finding",
       {"rule string", "severity error|warning|note", "file string", "line integer",
        "column integer", "message string", "hint string"}},
      {"Timetable",
       {"words [string]", "coming [ComingInstant]", "decided [DecidedInstant]",
        "blocks [InstantBlock]", "starts [DecidedStart]", "dataset_starts [DatasetStart]"}},
      {"DatasetStart",
       {"datasets [string]", "updates [DatasetUpdate]", "decision string", "run integer?",
        "reason string?", "decided_at time?"}},
      {"DatasetUpdate",
       {"dataset string", "update integer", "run integer?", "dag string?", "task string?"}},
      {"DatasetList", {"datasets [Dataset]"}},
      {"Dataset",
       {"dataset string", "updated_at time?", "run integer?", "dag string?", "task string?",
        "starts [string]", "produced_by [DatasetTask]", "waited_for_by [DatasetTask]"}},
      {"DatasetTask", {"dag string", "task string"}},
      {"ComingInstant", {"instant time?", "label string"}},
      {"DecidedInstant",
       {"instant time?", "label string", "interval_start time?", "interval_end time?",
        "decision string", "run integer?", "reason string?", "decided_at time?"}},
      {"InstantBlock",
       {"first time?", "last time?", "count integer", "decision string", "reason string"}},
      {"DecidedStart",
       {"source string?", "source_run integer?", "state succeeded|partial|failed|cancelled",
        "decision string", "run integer?", "reason string?", "decided_at time?"}},
      {"Trigger", {"~params object", "~dry_run boolean"}},
      {"Triggered",
       {"run integer?", "dag string", "repeated boolean", "~dry_run boolean", "~params object"}},
      {"Hooked", {"run integer", "dag string"}},
      {"Reason", {"~reason string"}},
      {"Unpause", {"~missed none|last|all"}},
      {"Paused", {"dag string", "paused boolean", "~missed string"}},
  };
}

std::vector<Shape> run_shapes() {
  return {
      {"RunPage", {"runs [RunSummary]", "next string?"}},
      {"RunSummary",
       {"run integer", "dag string", "version integer", kRunState, "reason string?",
        "trigger string", "origin string", "paused boolean", "cancelling boolean",
        "deadline_missed boolean", "created_at time?", "scheduled_for time?",
        "interval_start time?", "interval_end time?", "started_at time?", "ended_at time?",
        "duration_ms integer?", "tasks TaskCounts"}},
      {"TaskCounts", {"total integer", "succeeded integer", "failed integer", "other_end integer"}},
      {"Run", {"run integer",          "dag string",
               "version integer",      kRunState,
               "reason string?",       "trigger string",
               "origin string",        "paused boolean",
               "cancelling boolean",   "deadline_missed boolean",
               "created_at time?",     "scheduled_for time?",
               "interval_start time?", "interval_end time?",
               "started_at time?",     "ended_at time?",
               "duration_ms integer?", "counts TaskCounts",
               "params object",        "content_hash string",
               "timed_out boolean",    "pause_note string?",
               "reopened integer",     "due_at time?",
               "tasks [TaskRun]"}},
      {"TaskRun",
       {"id string", kTaskState, "cause string?", "reason string?", "tolerated boolean",
        "pruned boolean", "attempts integer", "retries integer", "losses integer", "clears integer",
        "marked boolean", "exit_code integer?", "attempt integer?", "ready_at time?",
        "started_at time?", "ended_at time?", "retry_at time?", "result TaskResult?"}},
      {"Task",
       {"id string",         kTaskState,           "cause string?",    "reason string?",
        "tolerated boolean", "pruned boolean",     "attempts integer", "retries integer",
        "losses integer",    "clears integer",     "marked boolean",   "exit_code integer?",
        "attempt integer?",  "ready_at time?",     "started_at time?", "ended_at time?",
        "retry_at time?",    "result TaskResult?", "spec object",      "attempts_ended [Attempt]"}},
      {"TaskResult",
       {"outputs object", "metrics [MetricValue]", "artifacts [Artifact]", "checks [CheckValue]",
        "summary string?"}},
      {"MetricValue", {"name string", "value number?", "slice string?", "step integer?"}},
      {"CheckValue",
       {"check string", "success boolean", "severity string", "column string?", "expected string?",
        "actual string?"}},
      {"Attempt",
       {"number integer", "attempt integer", "worker integer", "cause string", "exit_code integer",
        "signal integer", "message string?", "granted_at time?", "started_at time?",
        "ended_at time?", "duration_ms integer?", "cpu_ms integer", "peak_memory integer",
        "log_bytes integer", "log_dropped integer", "~result TaskResult?"}},
      {"EventPage", {"events [RunEvent]", "next string?"}},
      {"RunEvent",
       {"seq integer", "at time?", "kind string", "task integer?", "attempt integer?", "body any"}},
      {"History",
       {"run integer", "dag string", "at time?", kRunState, "reason string?", "paused boolean",
        "since time?", "tasks [PastTask]", "events [PastEvent]", "next string?"}},
      {"PastTask", {"task string", kTaskState, "attempt integer?", "since time?"}},
      {"PastEvent", {"seq integer", "at time?", "task string?", "sentence string"}},
      {"Explanation", {"sentence string", "details [string]"}},
      {"LogRange",
       {"attempt integer", "ended boolean", "from integer", "next integer", "size integer",
        "line integer?", "lines [LogLine]"}},
      {"LogFound", {"attempt integer", "ended boolean", "next integer?", "lines [LogLine]"}},
      {"LogLine",
       {"offset integer", "time string", "stream string", "text string", "~partial boolean"}},
  };
}

std::vector<Shape> control_shapes() {
  return {
      {"Cancel", {"~reason string", "~force boolean"}},
      {"Done",
       {"~run integer", "~backfill integer", "~freeze integer", "~retry integer", "done string"}},
      {"Hurry", {"~reason string", "~tasks [string]"}},
      {"Retry", {"~reason string", "~tasks [string]", "~dry_run boolean"}},
      {"Clear",
       {"~reason string", "~tasks [string]", "~reach only|downstream|upstream|both|failed",
        "~dry_run boolean"}},
      {"Mark",
       {"reason string", "tasks [string]", "~to succeeded|skipped|failed", "~dry_run boolean"}},
      {"EditPlan", {"tasks [PlannedChange]", "reopens boolean", "run integer", "dry_run boolean"}},
      {"PlannedChange", {"task string", "why string", "to string", "live boolean"}},
      {"Rerun",
       {"~version same|latest", "~params object", "~from_failed boolean", "~dry_run boolean"}},
      {"RerunAnswer",
       {"run integer?", "of integer", "dry_run boolean", "added [string]", "removed [string]",
        "changed [TaskDiff]", "fields [string]", "params [ParamDiff]"}},
      {"TaskDiff", {"task string", "fields [string]"}},
      {"ParamDiff", {"param string", "before any", "after any"}},
  };
}

std::vector<Shape> bulk_retry_shapes() {
  return {
      {"RunFilter",
       {"~dag string", "~task string", "~state failed|partial|cancelled", "~cause string",
        "~from time", "~until time"}},
      {"NewBulkRetry",
       {"where RunFilter", "~canary integer", "~max_parallel integer", "~max_failures integer",
        "~reason string", "~dry_run boolean", "~preview string"}},
      {"BulkRetryPlan",
       {"words string", "preview string", "runs [PlannedRetry]", "skipped [UnretriedRun]",
        "not_allowed integer", "~retry integer"}},
      {"PlannedRetry",
       {"run integer", "dag string", "was failed|partial|cancelled", "reason string?",
        "ended_at time?", "tasks [string]", "canary boolean"}},
      {"UnretriedRun", {"run integer", "dag string", "reason string"}},
      {"BulkRetryList", {"retries [BulkRetrySummary]", "next string?"}},
      {"BulkRetrySummary",
       {"retry integer", "state open|done|stopped|cancelled", "where RunFilter", "canary integer",
        "max_parallel integer", "max_failures integer", "reason string?", "note string?",
        "created_by string", "created_at time?", "ended_at time?", "progress string"}},
      {"BulkRetry",
       {"retry integer", "state open|done|stopped|cancelled", "where RunFilter", "canary integer",
        "max_parallel integer", "max_failures integer", "reason string?", "note string?",
        "created_by string", "created_at time?", "ended_at time?", "progress string",
        "runs [RetriedRun]"}},
      {"RetriedRun",
       {"run integer", "dag string", "was failed|partial|cancelled", "canary boolean",
        "state waiting|retried|skipped|cancelled", "run_state string?", "note string?"}},
      {"CancelBulkRetry", {"~reason string", "~cancel_runs boolean"}},
  };
}

std::vector<Shape> plan_shapes() {
  return {
      {"BackfillList", {"backfills [BackfillSummary]", "next string?"}},
      {"BackfillSummary",
       {"backfill integer", "dag string", "from time?", "until time?", "reprocess string",
        "order string", "max_parallel integer", "state open|done|cancelled", "created_by string",
        "reason string?", "created_at time?", "ended_at time?"}},
      {"Backfill",
       {"backfill integer", "dag string", "from time?", "until time?", "reprocess string",
        "order string", "max_parallel integer", "state open|done|cancelled", "created_by string",
        "reason string?", "created_at time?", "ended_at time?", "progress string",
        "slots [BackfillSlot]"}},
      {"BackfillSlot",
       {"instant time?", "label string", "state string", "reason string?", "run integer?",
        "run_state string?"}},
      {"NewBackfill",
       {"dag string", "~schedule string", "from time", "until time", "~reprocess none|failed|all",
        "~order oldest_first|newest_first", "~max_parallel integer", "~params object",
        "~dry_run boolean"}},
      {"BackfillPlan",
       {"words string", "to_run integer", "skipped integer", "slots [BackfillSlot]",
        "~backfill integer"}},
      {"CancelBackfill", {"~reason string", "~cancel_runs boolean"}},
      {"FreezeList", {"freezes [FreezeRow]"}},
      {"FreezeRow",
       {"freeze integer", "from time?", "until time?", "reason string", "by string", "after string",
        "lifted_at time?", "lifted_by string?"}},
      {"NewFreeze", {"reason string", "~until time?", "~after none|last|all"}},
      {"Freeze", {"freeze integer"}},
  };
}

std::vector<Shape> approval_shapes() {
  return {
      {"ApprovalList", {"approvals [Approval]"}},
      {"Approval",
       {"run integer", "dag string", "task string", "prompt string", "form [object]",
        "role operator|editor|admin", "since time?", "gives_up_at time?", "default string?",
        "may_answer boolean"}},
      {"Approve", {"~fields object", "~comment string"}},
      {"Reject", {"~comment string"}},
      {"Answered", {"run integer", "task string", "answer approved|rejected"}},
  };
}

std::vector<Shape> people_shapes() {
  return {
      {"Session", {"user string", "role string", "token string?", "grants object"}},
      {"SignIn", {"user string", "password string"}},
      {"UseLink", {"token string"}},
      {"SetPassword", {"current string", "password string"}},
      {"UserList", {"users [UserRow]"}},
      {"UserRow",
       {"user string", "role string", "disabled boolean", "has_password boolean",
        "must_change_password boolean", "grants object", "created_at time?"}},
      {"NewUser",
       {"user string", "~role none|viewer|operator|editor|admin", "~password string",
        "~must_change_password boolean"}},
      {"ChangeUser",
       {"~role none|viewer|operator|editor|admin", "~disabled boolean", "~password string",
        "~must_change_password boolean"}},
      {"Grant", {"role viewer|operator|editor|admin"}},
      {"User", {"user string"}},
      {"SignInLink", {"user string", "path string"}},
      {"NewTokenAnswer", {"owner string", "token string", "scope string", "secret string"}},
      {"Token", {"owner string", "token string"}},
      {"Secret", {"secret string"}},
      {"TokenList", {"tokens [TokenRow]"}},
      {"TokenRow",
       {"owner string", "token string", "prefix string", "scope string", "dags any",
        "state good|expired|revoked", "created_at time?", "expires_at time?", "last_used time?",
        "revoked_at time?"}},
      {"NewToken",
       {"~owner string", "token string", "~scope viewer|operator|editor|admin", "~dags [string]",
        "~expires_at time?"}},
      {"SecretList", {"secrets [SecretRow]"}},
      {"SecretRow", {"secret string", "updated_at time?", "updated_by string"}},
      {"SecretValue", {"value string"}},
      {"AuditPage", {"entries [AuditEntry]", "next string?"}},
      {"AuditEntry",
       {"seq integer", "at time?", "who string", "via string", "address string?", "request string?",
        "action string", "object string", "dag string?", "detail any", "outcome string"}},
      {"AuditVerdict", {"whole boolean", "rows integer", "first_broken integer?", "what string?"}},
  };
}

std::vector<Shape> alert_shapes() {
  const Shape alert = {
      "Alert",
      {"alert integer", "dag string?", "task string?", "cause string", "state string",
       "severity string", "facts [string]", "what string", "signature string", "policy string?",
       "raised_at time?", "state_since time?", "count integer", "first_run integer?",
       "last_run integer?", "reopened integer", "by string?", "comment string?", "until time?"}};
  Shape detail = alert;
  detail.name = "AlertDetail";
  for (const std::string_view member :
       {"timeline [AlertLine]", "failure AlertFailure?", "log AlertLog", "good AlertGood?",
        "changes [AlertChange]", "blocked AlertBlocked", "deadline AlertDeadline?",
        "runbook AlertRunbook?", "to_do [string]", "links AlertLinks", "summary string"}) {
    detail.members.push_back(member);
  }
  return {
      {"AlertList", {"alerts [Alert]", "next string?"}},
      alert,
      std::move(detail),
      {"AlertLine", {"at time?", "text string"}},
      {"AlertFailure",
       {"run integer", kRunState, "task string?", "cause string?", "exit_code integer?",
        "reason string", "attempt integer?", "worker string?", "ended_at time?"}},
      {"AlertLog", {"first_error string?", "lines [string]"}},
      {"AlertGood", {"run integer", "ended_at time?"}},
      {"AlertChange", {"kind dag|param|input|worker", "text string", "diff [string]"}},
      {"AlertBlocked",
       {"tasks [string]", "dags [BlockedDag]", "waiting [BlockedTask]", "hidden integer"}},
      {"BlockedDag", {"dag string", "why string"}},
      {"BlockedTask", {"dag string", "run integer", "task string", "dataset string"}},
      {"AlertDeadline", {"dag string", "run integer?", "due_at time?", "left_ms integer"}},
      {"AlertRunbook", {"url string?", "text string?", "problem string?", "cut boolean"}},
      {"AlertLinks", {"alert string", "run string?", "task string?", "log string?"}},
      {"AlertReport",
       {"from time", "until time", "zone string", "episodes integer", "acknowledged integer",
        "resolved integer", "resolved_alone integer", "out_of_hours integer", "flapping integer",
        "mean_to_acknowledge_s number?", "mean_to_resolve_s number?", "noisiest [NoisyAlert]",
        "pages [PersonPages]"}},
      {"NoisyAlert",
       {"dag string?", "task string?", "cause string", "episodes integer", "raised integer",
        "flaps boolean"}},
      {"PersonPages",
       {"person string?", "pages integer", "out_of_hours integer", "per_week number"}},
      {"ChannelList", {"channels [Channel]"}},
      {"Channel",
       {"channel string", "kind string", "state unknown|works|failing|gone", "fallback string?",
        "last_success time?", "last_failure time?", "last_error string?", "failing_since time?",
        "pending integer", "oldest_pending time?"}},
      {"IncidentEvent", {"event object"}},
      {"AlertmanagerCall", {"version string", "alerts [object]"}},
      {"ChangedAlerts", {"alerts [object]"}},
      {"AlertTest", {"~severity string", "~policy string"}},
      {"Messages", {"outbox integer", "messages [Message]"}},
      {"Message",
       {"message integer", "alert integer?", "kind string", "channel string", "person string?",
        "step integer", "round integer", "state pending|sent|dead|cancelled|dropped",
        "tries integer", "created_at time?", "sent_at time?", "error string?"}},
      {"AlertComment", {"~comment string"}},
      {"AcknowledgeAlert", {"~comment string", "~until time", "~seen string"}},
      {"SnoozeAlert", {"~comment string", "until time"}},
  };
}

}  // namespace

Json schema_of(const Shape& shape) {
  Json properties = Json(Json::Object());
  Json::Array required;
  for (std::string_view member : shape.members) {
    const bool optional = member.starts_with('~');
    if (optional) member.remove_prefix(1);
    const auto space = member.find(' ');
    CHECK(space != std::string_view::npos);
    const std::string_view name = member.substr(0, space);
    std::string_view word = member.substr(space + 1);
    const bool may_be_null = word.ends_with('?');
    if (may_be_null) word.remove_suffix(1);
    properties.set(name, may_be_null ? nullable(type_schema(word)) : type_schema(word));
    if (!optional) required.emplace_back(name);
  }
  Json json = type("object");
  json.set("properties", std::move(properties));
  if (!required.empty()) json.set("required", std::move(required));
  json.set("additionalProperties", false);
  return json;
}

const std::vector<Shape>& all_shapes() {
  static const std::vector<Shape> kShapes = [] {
    std::vector<Shape> all;
    for (auto* part :
         {system_shapes, dag_shapes, run_shapes, control_shapes, bulk_retry_shapes, plan_shapes,
          approval_shapes, people_shapes, alert_shapes, on_call_shapes, overview_shapes}) {
      for (const Shape& shape : part()) all.push_back(shape);
    }
    return all;
  }();
  return kShapes;
}

}  // namespace tidemill::api
