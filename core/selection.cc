#include "core/selection.h"

#include <fmt/format.h>

#include "core/render.h"

namespace tidemill {
namespace {

class TaskReads {
 public:
  TaskReads(const Dag& dag, const Run& run, TaskIndex reader)
      : dag_(dag), run_(run), reader_(reader), names_(run_lookup(dag, run)) {}

  std::optional<LeftOutRead> find() const {
    const TaskSpec& spec = dag_.tasks[reader_];
    if (is_surely_skipped(spec)) return std::nullopt;
    if (auto read = in_inputs(spec)) return read;
    if (auto read = in_expr(spec.condition, "if")) return read;
    for (const auto& [name, value] : spec.env) {
      if (auto read = in_template(value, "env." + name)) return read;
    }
    for (const Template& item : spec.argv) {
      if (auto read = in_template(item, "command")) return read;
    }
    return std::nullopt;
  }

 private:
  bool is_surely_skipped(const TaskSpec& spec) const {
    if (spec.condition.empty()) return false;
    const auto value = evaluate(spec.condition, names_);
    return value.ok() && value->known && value->value == Json(false);
  }

  std::optional<LeftOutRead> in_inputs(const TaskSpec& spec) const {
    for (const InputSpec& input : spec.inputs) {
      if (!run_.tasks[input.from].pruned) continue;
      return LeftOutRead{reader_, input.from, "the artifact " + input.artifact};
    }
    return std::nullopt;
  }

  std::optional<LeftOutRead> in_template(const Template& text, const std::string& where) const {
    for (const Template::Part& part : text.parts()) {
      if (auto read = in_expr(part.expr, where)) return read;
    }
    return std::nullopt;
  }

  // Tasks that are still to run are unknown here, so an error is what will be one later, too.
  std::optional<LeftOutRead> in_expr(const Expr& expr, const std::string& where) const {
    if (expr.empty()) return std::nullopt;
    for (const Reference& reference : expr.references()) {
      const ExprPath& path = reference.path;
      if (path.size() < 3 || path[0] != "tasks" || path[2] == "state") continue;
      const TaskIndex from = dag_.find(path[1]);
      if (from == kNoTask || !run_.tasks[from].pruned) continue;
      if (evaluate(expr, names_).ok()) continue;
      return LeftOutRead{reader_, from, fmt::format("{} in {}", path_text(path), where)};
    }
    return std::nullopt;
  }

  const Dag& dag_;
  const Run& run_;
  TaskIndex reader_;
  ExprLookup names_;
};

}  // namespace

std::optional<LeftOutRead> find_left_out_read(const Dag& dag, const Run& run) {
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    if (is_terminal(run.tasks[task].state)) continue;
    if (auto read = TaskReads(dag, run, task).find()) return read;
  }
  return std::nullopt;
}

}  // namespace tidemill
