#include "cli/run_summary.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "cli/plain_markdown.h"

namespace tidemill {
Style style_of(RunState state) {
  switch (state) {
    case RunState::succeeded:
      return Style::green;
    case RunState::partial:
    case RunState::cancelled:
      return Style::yellow;
    case RunState::failed:
      return Style::red;
    case RunState::running:
      return Style::blue;
    case RunState::queued:
      return Style::plain;
  }
  UNREACHABLE();
}

namespace {

constexpr std::size_t kMaxListed = 40;

Duration task_duration(const TaskRun& task) {
  const bool ran = task.started_at.us != 0 && task.ended_at.us != 0;
  return ran ? std::max(Duration(0), task.ended_at - task.started_at) : Duration(0);
}

bool is_shown(const Dag& dag, const Run& run, TaskIndex i) {
  return i < dag.task_count || run.tasks[i].attempts > 0;
}

Style style_of(const TaskRun& task) {
  switch (task.state) {
    case TaskState::succeeded:
      return Style::green;
    case TaskState::failed:
      return task.tolerated ? Style::yellow : Style::red;
    case TaskState::upstream_failed:
      return Style::red;
    case TaskState::skipped:
      return Style::dim;
    case TaskState::cancelled:
    case TaskState::retry_wait:
      return Style::yellow;
    case TaskState::running:
    case TaskState::dispatched:
      return Style::blue;
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::awaiting_input:
      return Style::plain;
  }
  UNREACHABLE();
}

std::string state_counts(const Dag& dag, const Run& run) {
  std::array<std::int64_t, kTaskStateCount> counts{};
  for (TaskIndex i = 0; i < dag.task_count; ++i)
    ++counts[static_cast<std::size_t>(run.tasks[i].state)];
  std::vector<std::string> parts;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0)
      parts.push_back(fmt::format("{} {}", counts[s], to_word(static_cast<TaskState>(s))));
  }
  return join(parts, ", ");
}

// The first task that failed for itself; where a person should look.
TaskIndex first_failure(const Dag& dag, const Run& run) {
  TaskIndex first = kNoTask;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    const TaskRun& task = run.tasks[i];
    if (task.state != TaskState::failed || task.tolerated) continue;
    if (first == kNoTask || task.ended_at < run.tasks[first].ended_at) first = i;
  }
  return first;
}

std::string next_steps(const Dag& dag, const Run& run, const std::string& file) {
  const TaskIndex broken = first_failure(dag, run);
  std::string text;
  if (broken != kNoTask) {
    text += fmt::format("  see why:  tidemill logs {0} {1}\n  explain:  tidemill explain {0} {1}\n",
                        run.id.value, dag.tasks[broken].id);
  }
  if (run.state == RunState::failed || run.state == RunState::cancelled) {
    text += fmt::format("  go on:    tidemill run {} --from-failed {}\n", file, run.id.value);
  }
  return text;
}

std::string table_line(const TaskSpec& spec, const TaskRun& task, std::size_t columns,
                       const Terminal& terminal) {
  std::string took = task.started_at.us == 0 ? "" : format_duration(task_duration(task));
  const bool waited = spec.only_waits() && task.ready_at.us != 0 && task.ended_at.us != 0;
  if (waited) took = format_duration(task.ended_at - task.ready_at);
  const std::string tries = task.attempts > 1 ? fmt::format("{} attempts", task.attempts) : "";
  std::string line = fmt::format("  {}  {}  {:>8}",
                                 styled(terminal, style_of(task), fitted(to_word(task.state), 15)),
                                 fitted(spec.id, columns), took);
  const std::string reason = task.state == TaskState::succeeded ? "" : printable(task.reason, 160);
  if (!tries.empty() || !reason.empty()) line += fmt::format("  {:<11}", tries);
  if (!reason.empty()) line += " " + reason;
  return std::string(line, 0, line.find_last_not_of(' ') + 1) + "\n";
}

// "check rows_are_unique failed (error), column id: expected 0, found 3".
std::string check_text(const CheckResult& check) {
  std::string text = fmt::format("check {} {}", printable(check.check, 200),
                                 check.success ? "holds" : "failed");
  if (!check.success) text += fmt::format(" ({})", printable(check.severity, 40));
  if (!check.column.empty()) text += ", column " + printable(check.column, 200);
  if (!check.expected.empty()) text += ": expected " + printable(check.expected, 200);
  if (!check.actual.empty()) {
    text += fmt::format("{} found {}", check.expected.empty() ? ":" : ",",
                        printable(check.actual, 200));
  }
  return text;
}

std::string summary_text(const TaskResult& result, std::string_view indent) {
  std::string text;
  for (const std::string_view line : plain_markdown(result.summary)) {
    text += fmt::format("{}{}\n", line.empty() ? "" : indent, printable(line, 400));
  }
  return text;
}

}  // namespace

std::string run_result_json(const Dag& dag, const Run& run) {
  std::string out = fmt::format("{{\"run\":{},\"state\":\"{}\",\"tasks\":{{", run.id.value,
                                to_word(run.state));
  bool first = true;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    if (!is_shown(dag, run, i)) continue;
    if (!first) out += ',';
    first = false;
    append_json_string(out, dag.tasks[i].id);
    out += fmt::format(":{{\"state\":\"{}\",\"attempts\":{},\"duration_ms\":{}}}",
                       to_word(run.tasks[i].state), run.tasks[i].attempts,
                       task_duration(run.tasks[i]).count() / 1000);
  }
  return out + "}}";
}

std::string run_verdict(const Dag& dag, const Run& run, const std::string& file,
                        const Terminal& terminal) {
  const Duration took = run.started_at.us != 0 && run.ended_at.us != 0
                            ? run.ended_at - run.started_at
                            : Duration(0);
  std::string text = fmt::format("run {} {} in {}: {}\n", run.id.value,
                                 styled(terminal, style_of(run.state), to_word(run.state)),
                                 format_duration(took), state_counts(dag, run));
  if (!run.reason.empty() && run.state != RunState::succeeded) {
    text += fmt::format("  {}\n", printable(run.reason, 300));
  }
  return text + next_steps(dag, run, file);
}

std::string run_table(const Dag& dag, const Run& run, const Terminal& terminal) {
  std::size_t columns = 4;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    if (is_shown(dag, run, i)) columns = std::max(columns, text_width(dag.tasks[i].id));
  }
  columns = std::min<std::size_t>(columns, 40);
  const bool is_large = dag.task_count > kMaxListed;
  std::string text;
  std::size_t listed = 0, hidden = 0;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    if (!is_shown(dag, run, i)) continue;
    const bool is_boring = is_large && run.tasks[i].state == TaskState::succeeded;
    if (is_boring || listed == kMaxListed) {
      ++hidden;
      continue;
    }
    ++listed;
    text += table_line(dag.tasks[i], run.tasks[i], columns, terminal);
  }
  if (hidden > 0) text += fmt::format("  and {} more\n", hidden);
  return text;
}

std::string run_summaries(const Dag& dag, const Run& run) {
  std::string text;
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    const auto& result = run.tasks[i].result;
    if (!dag.tasks[i].downstream.empty() || result == nullptr || result->summary.empty()) continue;
    text += summary_text(*result, "");
  }
  return text;
}

std::string run_reports(const Dag& dag, const Run& run) {
  std::string text;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    const auto& result = run.tasks[i].result;
    if (result == nullptr || (result->checks.empty() && result->summary.empty())) continue;
    text += fmt::format("\n{}\n", dag.tasks[i].id);
    for (const CheckResult& check : result->checks) text += "  " + check_text(check) + "\n";
    if (!result->summary.empty()) text += summary_text(*result, "  ");
  }
  return text;
}

}  // namespace tidemill
