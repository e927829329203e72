#include "core/approval.h"

#include <fmt/format.h>

#include "core/render.h"

namespace tidemill {

TaskResult answer_result(const ApprovalSpec& approval, const Json::Object& values,
                         const std::string& by, const std::string& comment) {
  TaskResult result;
  for (const ParamSpec& field : approval.form) {
    for (const auto& [name, value] : values) {
      if (name == field.name) result.outputs.emplace_back(name, to_text(value));
    }
  }
  result.outputs.emplace_back(kDecidedBy, by);
  result.outputs.emplace_back(kComment, comment);
  return result;
}

std::string decided_clause(const std::string& id, TaskState state, WallTime ended_at,
                           const std::string& reason) {
  return fmt::format("{} {} at {}{}{}", id, to_word(state), format_rfc3339(ended_at),
                     reason.empty() ? "" : ": ", reason);
}

std::string prompt_text(const Dag& dag, const Run& run, TaskIndex task) {
  const Template& prompt = dag.tasks[task].approval->prompt;
  auto text = prompt.render(run_lookup(dag, run));
  if (text.ok()) return std::move(*text);
  return prompt.source() + "\n\n(" + text.error().message + ")";
}

}  // namespace tidemill
