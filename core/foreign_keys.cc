#include "core/foreign_keys.h"

#include "base/text.h"

namespace tidemill {
namespace {

constexpr ForeignKey kKeys[] = {
    {"dag", "dag_id", "name", "write name: here"},
    {"dag", "jobs", "tasks", "jobs are tasks here: tasks: {build: {run: make}}"},
    {"dag", "steps", "tasks", "steps are tasks here: tasks: {build: {run: make}}"},
    {"dag", "default_args", "defaults", "write defaults: {retry: {limit: 2}}"},
    {"dag", "schedule_interval", "schedule", "write schedule: {cron: \"0 3 * * *\"}"},
    {"dag", "cron", "schedule", "write schedule: {cron: \"0 3 * * *\"}"},
    {"dag", "timezone", "schedule",
     "write schedule: {cron: \"0 3 * * *\", timezone: Europe/Berlin}"},
    {"dag", "start_date", "schedule",
     "a schedule begins when its file is first seen; `tidemill backfill` makes runs of the past"},
    {"dag", "on", "schedule", "write schedule: for times, triggers: for what happens elsewhere"},
    {"dag", "concurrency", "max_active_runs", "write max_active_runs: 1"},
    {"dag", "max_concurrent_runs", "max_active_runs", "write max_active_runs: 1"},
    {"dag", "dagrun_timeout", "timeout", "write timeout: 4h"},
    {"dag", "sla", "deadline", "write deadline: {after: 90m}"},
    {"dag", "retry", "defaults", "for every task: defaults: {retry: {limit: 2}}; or in one task"},
    {"dag", "retries", "defaults", "for every task: defaults: {retry: {limit: 2}}; or in one task"},
    {"dag", "secrets", "defaults", "write it in the task that needs it, or under defaults:"},
    {"dag", "resources", "defaults", "write it in a task, or under defaults:"},
    {"dag", "pool", "defaults", "write it in a task, or under defaults:; pools: declares them"},
    {"dag", "on_failure", "hooks", "write hooks: {failure: {run: ./tell.sh}}"},
    {"dag", "on_success", "hooks", "write hooks: {success: {run: ./tell.sh}}"},
    {"dag", "on_failure_callback", "hooks", "write hooks: {failure: {run: ./tell.sh}}"},
    {"dag", "handlerOn", "hooks", "write hooks: {failure: {run: ./tell.sh}}"},
    {"dag", "mailOn", "alerts", "write alerts: {on: [failure]}"},
    {"dag", "email_on_failure", "alerts", "write alerts: {on: [failure]}"},

    {"task", "wait_for", "uses", "write uses: wait_for, with: {file: data/ready}"},
    {"task", "approval", "uses", "write uses: approval, with: {prompt: \"Publish?\"}"},
    {"task", "bash_command", "run", "write run: ./script.sh"},
    {"task", "script", "run", "write run: ./script.sh"},
    {"task", "cmd", "command", "write command: [./program, --flag], or run: for a shell script"},
    {"task", "args", "command", "write command: [./program, --flag]"},
    {"task", "working-directory", "cwd", "write cwd: work"},
    {"task", "working_directory", "cwd", "write cwd: work"},
    {"task", "workingDir", "cwd", "write cwd: work"},
    {"task", "timeout-minutes", "timeout", "write timeout: 30m"},
    {"task", "execution_timeout", "timeout", "write timeout: 30m"},
    {"task", "continue-on-error", "allow_failure", "write allow_failure: true"},
    {"task", "continue_on", "allow_failure", "write allow_failure: true"},
    {"task", "retry_delay", "retry", "write retry: {limit: 2, delay: 30s}"},
    {"task", "retryPolicy", "retry", "write retry: {limit: 2, delay: 30s}"},
    {"task", "retry_policy", "retry", "write retry: {limit: 2, delay: 30s}"},
    {"task", "retryStrategy", "retry", "write retry: {limit: 2, delay: 30s}"},
    {"task", "runs-on", "runs_on", "write runs_on: [gpu]"},
    {"task", "queue", "runs_on", "write runs_on: [gpu]; workers have labels"},
    {"task", "priority_weight", "", "priority: is of the whole DAG, 1 goes first"},
    {"task", "dependencies", "needs", "write needs: [extract]"},
    {"task", "upstream", "needs", "write needs: [extract]"},
    {"task", "on_failure_callback", "", "write hooks: {failure: …} at the top of the file"},
    {"task", "preconditions", "if", "write if: params.full"},
    {"task", "trigger", "trigger_rule", "write trigger_rule: all_done"},

    {"retry", "max", "limit", "write limit: 3"},
    {"retry", "retries", "limit", "write limit: 3"},
    {"retry", "attempts", "limit", "limit counts retries: limit: 2 is three attempts at most"},
    {"retry", "max_attempts", "limit", "limit counts retries: limit: 2 is three attempts at most"},
    {"retry", "maxAttempts", "limit", "limit counts retries: limit: 2 is three attempts at most"},
    {"retry", "interval", "delay", "write delay: 30s"},
    {"retry", "interval_sec", "delay", "write delay: 30s"},
    {"retry", "wait", "delay", "write delay: 30s"},
    {"retry", "max_interval", "max_delay", "write max_delay: 10m"},
    {"retry", "exit_code", "rules", "write rules: [{exit_codes: [75], action: retry}]"},
};

}  // namespace

std::span<const ForeignKey> foreign_keys() { return kKeys; }

std::string_view hint_for_foreign_key(const ObjectSpec& object, std::string_view key) {
  const std::string wanted = to_lower_ascii(key);
  const std::string_view name = object.name == "defaults" || object.name == "hook"
                                    ? std::string_view("task")
                                    : object.name;
  for (const ForeignKey& known : kKeys) {
    if (known.object != name || to_lower_ascii(known.key) != wanted) continue;
    const bool fits = known.instead.empty() || object.find(known.instead) != nullptr;
    return fits ? known.hint : std::string_view();
  }
  return {};
}

}  // namespace tidemill
