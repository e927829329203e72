// The DAG for a terminal: one line a task while that can be read, else one line a level.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "core/dump.h"
#include "core/dump_words.h"
#include "core/graph.h"

namespace tidemill {
namespace {

using Levels = std::vector<std::vector<TaskIndex>>;

constexpr std::size_t kMaxTasksInFull = 100;
constexpr std::size_t kMaxNamed = 5;    // of many tasks, or of many upstreams
constexpr std::size_t kMaxColumn = 40;  // a longer name pushes its own line only

// All names, or the first few, how many more there are, and the last.
std::string name_some(const Dag& dag, std::span<const TaskIndex> tasks, std::string_view between) {
  std::string text;
  const bool all = tasks.size() <= kMaxNamed + 1;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!all && i >= kMaxNamed - 1 && i + 1 < tasks.size()) continue;
    if (!text.empty()) text += between;
    if (!all && i + 1 == tasks.size()) text += fmt::format("…{}", between);
    text += printable(dag.tasks[tasks[i]].id);
  }
  return text;
}

std::string task_line(const Dag& dag, TaskIndex task, std::size_t width) {
  const TaskSpec& spec = dag.tasks[task];
  std::string line = fmt::format("{:<{}}", printable(spec.id), width);
  if (!spec.upstream.empty()) line += "  <- " + name_some(dag, spec.upstream, ", ");
  const std::vector<std::string> notes = task_notes(spec);
  if (!notes.empty()) line += "  [" + printable(join(notes, "; "), 500) + "]";
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::size_t name_width(const Dag& dag) {
  std::size_t width = 0;
  for (const TaskSpec& task : dag.tasks) width = std::max(width, printable(task.id).size());
  return std::min(width, kMaxColumn);
}

std::string in_full(const Dag& dag, const Levels& levels) {
  std::string text;
  const std::size_t width = name_width(dag);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (std::size_t i = 0; i < levels[level].size(); ++i) {
      text += i == 0 ? fmt::format("{:>3}  ", level) : "     ";
      text += task_line(dag, levels[level][i], width);
    }
  }
  return text;
}

// How many levels from this one on hold one task each.
std::size_t chain_length(const Levels& levels, std::size_t from) {
  std::size_t end = from;
  while (end < levels.size() && levels[end].size() == 1) ++end;
  return end - from;
}

std::string in_brief(const Dag& dag, const Levels& levels) {
  std::string text;
  for (std::size_t level = 0; level < levels.size();) {
    const std::size_t chain = chain_length(levels, level);
    std::vector<TaskIndex> tasks = levels[level];
    for (std::size_t next = 1; next < chain; ++next) tasks.push_back(levels[level + next].front());
    const std::size_t rows = std::max<std::size_t>(1, chain);
    const std::string place = rows == 1 ? fmt::format("{}", level)
                                        : fmt::format("{}-{}", level, level + rows - 1);
    text += fmt::format("{:>11}  {:>12}  {}\n", place, plural(std::ssize(tasks), "task"),
                        name_some(dag, tasks, chain > 1 ? " -> " : ", "));
    level += rows;
  }
  return text;
}

}  // namespace

std::string dag_to_text(const Dag& dag) {
  const Levels levels = tasks_by_level(dag);
  std::string text = fmt::format("{}: {} in {}\n", printable(dag.name),
                                 plural(dag.task_count, "task"),
                                 plural(std::ssize(levels), "level"));
  text += dag.task_count <= kMaxTasksInFull ? in_full(dag, levels) : in_brief(dag, levels);
  for (std::size_t hook = dag.task_count; hook < dag.tasks.size(); ++hook) {
    text += "  +  " + task_line(dag, static_cast<TaskIndex>(hook), name_width(dag));
  }
  for (const PoolSpec& pool : dag.pools) {
    text += fmt::format("pool {}: {}\n", printable(pool.name), plural(pool.slots, "slot"));
  }
  return text;
}

}  // namespace tidemill
