#include "cli/progress_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxNameColumns = 32;

std::size_t name_columns(const Dag& dag, const std::vector<TaskIndex>& shown) {
  std::size_t columns = 8;
  for (const TaskIndex i : shown) columns = std::max(columns, text_width(dag.tasks[i].id));
  return std::min(columns, kMaxNameColumns);
}

std::vector<TaskIndex> worth_showing(const Run& run) {
  std::vector<TaskIndex> shown;
  for (TaskIndex i = 0; i < run.tasks.size(); ++i) {
    if (run.tasks[i].state == TaskState::running) shown.push_back(i);
  }
  for (TaskIndex i = 0; i < run.tasks.size(); ++i) {
    if (run.tasks[i].state == TaskState::retry_wait) shown.push_back(i);
  }
  return shown;
}

std::string running_line(const ProgressInput& in, TaskIndex i, const Terminal& terminal) {
  const TaskRun& task = in.run.tasks[i];
  std::string line = fmt::format("{:>7}", format_duration(in.now - task.started_at));
  if (task.attempts > 1) line += fmt::format("  attempt {}", task.attempts);
  if (const auto found = in.progress.find(i); found != in.progress.end()) {
    const double fraction = std::clamp(found->second.fraction, 0.0, 1.0);
    line += fmt::format("  {} {:.0f} % {}", styled(terminal, Style::blue, progress_bar(fraction, 14)),
                        fraction * 100, printable(found->second.text, 60));
  }
  return line;
}

std::string retry_line(const ProgressInput& in, TaskIndex i) {
  const TaskRun& task = in.run.tasks[i];
  const Duration left = std::max(Duration(0), task.retry_at - in.now);
  return fmt::format("{:>7}  next attempt in {}: {}", "", format_duration(left), task.reason);
}

std::string task_line(const ProgressInput& in, TaskIndex i, std::size_t columns,
                      const Terminal& terminal) {
  const bool runs = in.run.tasks[i].state == TaskState::running;
  const std::string sign = runs ? styled(terminal, Style::blue, "▶") : styled(terminal, Style::yellow, "↻");
  return fmt::format("  {} {} {}", sign, fitted(in.dag.tasks[i].id, columns),
                     runs ? running_line(in, i, terminal) : retry_line(in, i));
}

std::string head_line(const ProgressInput& in, const Terminal& terminal) {
  const std::size_t total = in.dag.task_count;
  const std::size_t done = total - in.run.open;
  const double fraction = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  std::string line = fmt::format(
      "{} · run {}  {}  {} of {}  {}", styled(terminal, Style::bold, in.dag.name), in.run.id.value,
      styled(terminal, Style::green, progress_bar(fraction, 24)), done, total,
      format_duration(in.now - (in.run.started_at.us != 0 ? in.run.started_at : in.now)));
  if (in.run.cancelling) return line + styled(terminal, Style::yellow, "  cancelling");
  if (in.eta) line += fmt::format("  about {} left", format_duration(*in.eta));
  return line;
}

struct Ending {
  const char* sign;
  Style style;
};

Ending ending_of(const TaskRun& task) {
  switch (task.state) {
    case TaskState::succeeded: return {"✓", Style::green};
    case TaskState::failed: return {"✗", task.tolerated ? Style::yellow : Style::red};
    case TaskState::upstream_failed: return {"✗", Style::red};
    case TaskState::skipped: return {"○", Style::dim};
    case TaskState::cancelled: return {"■", Style::yellow};
    case TaskState::retry_wait: return {"↻", Style::yellow};
    case TaskState::running: return {"▶", Style::blue};
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::dispatched:
    case TaskState::awaiting_input: return {" ", Style::plain};
  }
  UNREACHABLE();
}

std::string what_happened(const TaskRun& task) {
  std::string text(to_word(task.state));
  if (task.state == TaskState::retry_wait) return "will be retried: " + task.reason;
  if (task.state == TaskState::running) {
    return task.attempts > 1 ? fmt::format("started, attempt {}", task.attempts) : "started";
  }
  if (task.state == TaskState::succeeded && task.attempts == 0) return "reused from an earlier run";
  if (task.state == TaskState::succeeded && task.started_at.us != 0) {
    text += " in " + format_duration(task.ended_at - task.started_at);
    if (task.attempts > 1) text += fmt::format(" at attempt {}", task.attempts);
  }
  if (task.state != TaskState::succeeded && !task.reason.empty()) text += ": " + task.reason;
  if (task.tolerated) text += " (tolerated)";
  return text;
}

}  // namespace

std::string progress_bar(double fraction, std::size_t columns) {
  const auto filled = static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) *
                                               static_cast<double>(columns) + 0.5);
  std::string bar;
  for (std::size_t i = 0; i < columns; ++i) bar += i < filled ? "━" : "─";
  return bar;
}

std::vector<std::string> render_progress(const ProgressInput& input, const Terminal& terminal,
                                         std::size_t max_tasks) {
  std::vector<TaskIndex> shown = worth_showing(input.run);
  const std::size_t hidden = shown.size() > max_tasks ? shown.size() - max_tasks : 0;
  shown.resize(shown.size() - hidden);
  std::vector<std::string> lines = {head_line(input, terminal)};
  const std::size_t columns = name_columns(input.dag, shown);
  for (const TaskIndex i : shown) lines.push_back(task_line(input, i, columns, terminal));
  if (hidden > 0) lines.push_back(fmt::format("    and {} more", hidden));
  return lines;
}

std::string describe_change(const Dag& dag, const TaskRun& task, TaskIndex index,
                            const Terminal& terminal) {
  const Ending ending = ending_of(task);
  if (ending.sign[0] == ' ') return "";
  return fmt::format("{} {} {}", styled(terminal, ending.style, ending.sign), dag.tasks[index].id,
                     what_happened(task));
}

}  // namespace tidemill
