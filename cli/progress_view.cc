#include "cli/progress_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxNameColumns = 32;
constexpr std::size_t kMinBar = 6, kMaxBar = 24;
// Narrower terminals have room for a task's percentage, not for its bar.
constexpr int kFullWidth = 72;
constexpr Duration kSoon = std::chrono::seconds(1);

std::size_t name_columns(const Dag& dag, const std::vector<TaskIndex>& shown,
                         const Terminal& terminal) {
  std::size_t columns = 8;
  for (const TaskIndex i : shown) columns = std::max(columns, text_width(dag.tasks[i].id));
  return std::min({columns, kMaxNameColumns, static_cast<std::size_t>(terminal.width) / 2});
}

std::vector<TaskIndex> worth_showing(const Run& run) {
  std::vector<TaskIndex> shown;
  for (TaskIndex i = 0; i < run.tasks.size(); ++i) {
    if (run.tasks[i].state == TaskState::running) shown.push_back(i);
  }
  for (TaskIndex i = 0; i < run.tasks.size(); ++i) {
    const TaskState state = run.tasks[i].state;
    if (state == TaskState::retry_wait || state == TaskState::awaiting_input) shown.push_back(i);
  }
  return shown;
}

// Whole seconds: tenths would make every line restless.
std::string whole_seconds(Duration d) {
  const auto seconds = std::max<std::int64_t>(0, d.count() / 1'000'000);
  return seconds < 60 ? fmt::format("{}s", seconds)
                      : format_duration(std::chrono::seconds(seconds));
}

std::string running_line(const ProgressInput& in, TaskIndex i, const Terminal& terminal) {
  const TaskRun& task = in.run.tasks[i];
  std::string line = fmt::format("{:>7}", whole_seconds(in.now - task.started_at));
  if (task.attempts > 1) line += fmt::format("  attempt {}", task.attempts);
  if (const auto found = in.progress.find(i); found != in.progress.end()) {
    const double fraction = std::clamp(found->second.fraction, 0.0, 1.0);
    line += "  ";
    if (terminal.width >= kFullWidth)
      line += styled(terminal, Style::blue, progress_bar(fraction, 14)) + " ";
    line += fmt::format("{:.0f} % {}", fraction * 100, printable(found->second.text, 60));
  }
  return line;
}

std::string retry_line(const ProgressInput& in, TaskIndex i) {
  const TaskRun& task = in.run.tasks[i];
  return fmt::format("{:>7}  next attempt in {}: {}", "", whole_seconds(task.retry_at - in.now),
                     task.reason);
}

std::string wait_line(const ProgressInput& in, TaskIndex i) {
  const TaskRun& task = in.run.tasks[i];
  return fmt::format("{:>7}  waits{}{}", whole_seconds(in.now - task.ready_at),
                     task.reason.empty() ? "" : ": ", printable(task.reason, 120));
}

std::string task_line(const ProgressInput& in, TaskIndex i, std::size_t columns,
                      const Terminal& terminal) {
  const TaskState state = in.run.tasks[i].state;
  const bool runs = state == TaskState::running;
  const bool waits = state == TaskState::awaiting_input;
  const std::string sign = runs || waits ? styled(terminal, Style::blue, runs ? "▶" : "…")
                                         : styled(terminal, Style::yellow, "↻");
  return fmt::format("  {} {} {}", sign, fitted(in.dag.tasks[i].id, columns),
                     runs    ? running_line(in, i, terminal)
                     : waits ? wait_line(in, i)
                             : retry_line(in, i));
}

// The bar takes what the words leave, and goes when that is too little.
std::string head_line(const ProgressInput& in, const Terminal& terminal) {
  const std::size_t total = in.dag.task_count;
  const std::size_t done = total - in.run.open;
  const double fraction = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const std::string name = fitted(in.dag.name, std::min(text_width(in.dag.name), kMaxNameColumns));
  const std::string begin = fmt::format("{} · run {}", styled(terminal, Style::bold, name),
                                        in.run.id.value);
  std::string end = fmt::format(
      "{} of {}  {}", done, total,
      whole_seconds(in.now - (in.run.started_at.us != 0 ? in.run.started_at : in.now)));
  if (in.run.cancelling)
    end += styled(terminal, Style::yellow, "  cancelling");
  else if (in.eta)
    end += *in.eta < kSoon ? "  nearly done"
                           : fmt::format("  about {} left", whole_seconds(*in.eta));
  const std::size_t words = text_width(begin) + text_width(end) + 4;
  const auto width = static_cast<std::size_t>(terminal.width);
  if (words + kMinBar > width) return begin + "  " + end;
  return fmt::format(
      "{}  {}  {}", begin,
      styled(terminal, Style::green, progress_bar(fraction, std::min(kMaxBar, width - words))),
      end);
}

struct Ending {
  const char* sign;
  Style style;
};

Ending ending_of(const TaskRun& task) {
  switch (task.state) {
    case TaskState::succeeded:
      return {"✓", Style::green};
    case TaskState::failed:
      return {"✗", task.tolerated ? Style::yellow : Style::red};
    case TaskState::upstream_failed:
      return {"✗", Style::red};
    case TaskState::skipped:
      return {"○", Style::dim};
    case TaskState::cancelled:
      return {"■", Style::yellow};
    case TaskState::retry_wait:
      return {"↻", Style::yellow};
    case TaskState::running:
      return {"▶", Style::blue};
    case TaskState::awaiting_input:
      return {"…", Style::blue};
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::dispatched:
      return {" ", Style::plain};
  }
  UNREACHABLE();
}

std::string what_happened(const TaskRun& task) {
  std::string text(to_word(task.state));
  if (task.state == TaskState::retry_wait) return "will be retried: " + task.reason;
  if (task.state == TaskState::running) {
    return task.attempts > 1 ? fmt::format("started, attempt {}", task.attempts) : "started";
  }
  // What the last look has found is told while it waits, not here.
  if (task.state == TaskState::awaiting_input) return "waits, without a slot";
  if (task.state == TaskState::succeeded && task.attempts == 0) {
    return task.ready_at.us == 0
               ? "reused from an earlier run"
               : "succeeded after " + format_duration(task.ended_at - task.ready_at);
  }
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
  const auto filled = static_cast<std::size_t>(
      std::clamp(fraction, 0.0, 1.0) * static_cast<double>(columns) + 0.5);
  std::string bar;
  for (std::size_t i = 0; i < columns; ++i) bar += i < filled ? "━" : "─";
  return bar;
}

std::vector<std::string> render_progress(const ProgressInput& input, const Terminal& terminal,
                                         std::size_t max_tasks) {
  std::vector<TaskIndex> shown = worth_showing(input.run);
  // A block higher than the window could not be repainted: its top has scrolled away.
  max_tasks = std::min(max_tasks, static_cast<std::size_t>(std::max(0, terminal.height - 3)));
  const std::size_t hidden = shown.size() > max_tasks ? shown.size() - max_tasks : 0;
  shown.resize(shown.size() - hidden);
  std::vector<std::string> lines = {head_line(input, terminal)};
  const std::size_t columns = name_columns(input.dag, shown, terminal);
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
