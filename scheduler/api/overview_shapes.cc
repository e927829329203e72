#include "scheduler/api/overview_shapes.h"

namespace tidemill::api {
namespace {

std::vector<Shape> structure_shapes() {
  return {
      {"DagStructure",
       {"dag string", "version integer", "current boolean", "stored_at time?",
        "content_hash string", "description string", "params [Param]", "pools [Pool]",
        "tasks [TaskSpec]", "hooks [TaskSpec]"}},
      {"Param",
       {"name string", "type string", "items string?", "required boolean", "default any",
        "enum [any]", "minimum number?", "maximum number?", "min_length integer?",
        "max_length integer?", "pattern string?", "description string?"}},
      {"Pool", {"name string", "slots integer"}},
      {"TaskSpec",
       {"id string",
        "description string",
        "needs [string]",
        "trigger_rule string",
        "needs_expression string?",
        "if string?",
        "setup boolean",
        "allow_failure boolean",
        "~retry RetryPolicy",
        "timeout_ms integer",
        "queue_timeout_ms integer",
        "grace_ms integer",
        "runs_on [string]",
        "pool string?",
        "slots integer",
        "priority integer",
        "resources WorkerResources",
        "outputs [string]",
        "metrics [string]",
        "uses string?",
        "publishes string?",
        "~level integer"}},
      {"RetryPolicy",
       {"limit integer", "delay_ms integer", "backoff number", "max_delay_ms integer",
        "jitter number"}},
      {"VersionPage", {"dag string", "next string?", "versions [DagVersion]"}},
      {"DagVersion",
       {"version integer", "current boolean", "content_hash string", "task_count integer",
        "stored_at time?"}},
      {"VersionDiff",
       {"dag string", "from integer", "to integer", "added [string]", "removed [string]",
        "changed [TaskDiff]", "fields [string]", "hunks [DiffHunk]"}},
      {"DiffHunk", {"lines [DiffLine]"}},
      {"DiffLine", {"kind same|removed|added", "before integer?", "after integer?", "text string"}},
  };
}

std::vector<Shape> picture_shapes() {
  return {
      {"Grid",
       {"states [string]", "tasks [string]", "hooks integer", "next string?", "runs [GridRun]"}},
      {"GridRun",
       {"run integer", "dag string", "version integer", kRunState, "reason string?",
        "trigger string", "origin string", "paused boolean", "cancelling boolean",
        "deadline_missed boolean", "created_at time?", "scheduled_for time?",
        "interval_start time?", "interval_end time?", "started_at time?", "ended_at time?",
        "duration_ms integer?", "tasks TaskCounts", "cells [[integer]]"}},
      {"Calendar",
       {"dag string", "year integer", "zone string", "today string", "days [CalendarDay]"}},
      {"CalendarDay",
       {"day string", "queued integer", "running integer", "succeeded integer", "partial integer",
        "failed integer", "cancelled integer"}},
      {"TimeStrip",
       {"from time?", "until time?", "now time?", "states [string]", "rows [TimeStripRow]",
        "more boolean"}},
      {"TimeStripRow", {"dag string", "runs [[integer]]", "due [integer]"}},
      {"RunMark",
       {"run integer", kRunState, "created_at time?", "started_at time?", "duration_ms integer?"}},
  };
}

std::vector<Shape> run_picture_shapes() {
  return {
      {"RunTimeline",
       {"run integer", "dag string", kRunState, "from time?", "until time?", "now time?",
        "states [string]", "critical_path [string]", "tasks [TaskTimeline]"}},
      {"TaskTimeline",
       {"task string", "state string", "critical boolean", "ended_at time?",
        "attempts [AttemptTold]", "phases [[number]]"}},
      {"AttemptTold",
       {"number integer", "attempt integer", "worker string?", "cause string", "started_at time?",
        "ended_at time?", "sentence string", "next string?"}},
      {"RunComparison",
       {"before RunSummary", "after RunSummary", "params [ParamDiff]", "version DagDiff",
        "tasks [TaskComparison]"}},
      {"DagDiff", {"added [string]", "removed [string]", "changed [TaskDiff]", "fields [string]"}},
      {"TaskComparison", {"task string", "before TaskSide?", "after TaskSide?", "left [LeftDiff]"}},
      {"TaskSide", {"state string", "attempts integer", "duration_ms integer?"}},
      {"LeftDiff",
       {"kind output|metric|check|artifact", "name string", "before any", "after any",
        "same boolean"}},
      {"ArtifactList", {"attempt integer", "artifacts [Artifact]"}},
      {"Artifact", {"name string", "hash string", "bytes integer", "is_directory boolean"}},
      {"ArtifactFiles",
       {"name string", "hash string", "bytes integer", "is_directory boolean",
        "files [ArtifactFile]"}},
      {"ArtifactFile", {"path string", "hash string", "executable boolean"}},
      {"PoolList", {"pools [PoolUse]"}},
      {"PoolUse",
       {"run integer", "dag string", "pool string", "slots integer", "used integer",
        "waiting integer", "oldest_since time?", "holders [PoolHolder]"}},
      {"PoolHolder", {"task string", "slots integer", "worker string", "since time?"}},
  };
}

}  // namespace

std::vector<Shape> overview_shapes() {
  std::vector<Shape> all;
  for (auto* part : {structure_shapes, picture_shapes, run_picture_shapes}) {
    for (const Shape& shape : part()) all.push_back(shape);
  }
  return all;
}

}  // namespace tidemill::api
