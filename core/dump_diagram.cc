// The DAG as source text for Graphviz and for Mermaid. Node names are positions, so that only
// labels carry texts of the author, escaped for each language.
#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "core/dump.h"
#include "core/dump_words.h"

namespace tidemill {
namespace {

// In a double-quoted string of DOT a backslash begins an escape of the label language.
std::string dot_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Mermaid has no escapes in strings but character codes, and reads HTML and Markdown in labels.
std::string mermaid_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        quoted += "#quot;";
        break;
      case '#':
        quoted += "#35;";
        break;
      case '&':
        quoted += "#amp;";
        break;
      case '<':
        quoted += "#lt;";
        break;
      case '>':
        quoted += "#gt;";
        break;
      case '`':
        quoted += "#96;";
        break;
      case '\n':
        quoted += "<br/>";
        break;
      default:
        quoted += c;
    }
  }
  return quoted + '"';
}

std::string_view colour(TaskState state) {
  switch (state) {
    case TaskState::waiting:
      return "#f2f2f2";
    case TaskState::ready:
      return "#fff3c4";
    case TaskState::dispatched:
      return "#cfe3ff";
    case TaskState::running:
      return "#9cc7ff";
    case TaskState::retry_wait:
      return "#ffd9a8";
    case TaskState::awaiting_input:
      return "#e3d1ff";
    case TaskState::succeeded:
      return "#bfe8c4";
    case TaskState::failed:
      return "#f5a3a3";
    case TaskState::upstream_failed:
      return "#f9d5d5";
    case TaskState::skipped:
      return "#dcdcdc";
    case TaskState::cancelled:
      return "#c9c9c9";
  }
  UNREACHABLE();
}

// Name, rule and, for a picture of a run, the state as a word: colour alone does not tell
// everybody.
std::string label(const TaskSpec& spec, const TaskRun* run) {
  std::string text = printable(spec.id);
  if (const std::string rule = rule_note(spec); !rule.empty()) text += '\n' + printable(rule);
  if (run != nullptr) text += '\n' + std::string(to_word(run->state));
  return text;
}

std::string dot_node(const Dag& dag, TaskIndex task, const Run* run) {
  const TaskSpec& spec = dag.tasks[task];
  const TaskRun* state = run == nullptr ? nullptr : &run->tasks[task];
  std::string line = fmt::format("t{} [label={}", task, dot_string(label(spec, state)));
  if (state != nullptr) line += fmt::format(", fillcolor=\"{}\"", colour(state->state));
  return line + "];\n";
}

bool has_hooks(const Dag& dag) { return dag.tasks.size() > dag.task_count; }

}  // namespace

std::string dag_to_dot(const Dag& dag, const Run* run) {
  CHECK(run == nullptr || run->tasks.size() == dag.tasks.size());
  std::string text = fmt::format("digraph {} {{\n", dot_string(printable(dag.name)));
  text += "  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\"];\n";
  for (TaskIndex task = 0; task < dag.task_count; ++task) text += "  " + dot_node(dag, task, run);
  if (has_hooks(dag)) {
    text += "  subgraph cluster_hooks {\n    label=\"hooks\";\n";
    for (TaskIndex task = dag.task_count; task < dag.tasks.size(); ++task) {
      text += "    " + dot_node(dag, task, run);
    }
    text += "  }\n";
  }
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    for (const TaskIndex from : dag.tasks[task].upstream) {
      text += fmt::format("  t{} -> t{};\n", from, task);
    }
  }
  return text + "}\n";
}

std::string dag_to_mermaid(const Dag& dag) {
  std::string text = "flowchart LR\n";
  const auto node = [&](TaskIndex task) {
    return fmt::format("  t{}[{}]\n", task, mermaid_string(label(dag.tasks[task], nullptr)));
  };
  for (TaskIndex task = 0; task < dag.task_count; ++task) text += node(task);
  if (has_hooks(dag)) {
    text += "  subgraph hooks\n";
    for (TaskIndex task = dag.task_count; task < dag.tasks.size(); ++task)
      text += "  " + node(task);
    text += "  end\n";
  }
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    for (const TaskIndex from : dag.tasks[task].upstream) {
      text += fmt::format("  t{} --> t{}\n", from, task);
    }
  }
  return text;
}

}  // namespace tidemill
