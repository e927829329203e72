// `uses: approval`: a question that a person answers while the task waits without a slot.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/access.h"
#include "core/dag.h"
#include "core/params.h"
#include "core/run.h"

namespace tidemill {

struct ApprovalSpec {
  Template prompt;
  std::vector<ParamSpec> form;      // the fields; their values become outputs of the task
  Role role = Role::operator_;      // the least one for the DAG that may answer
  Duration timeout{};               // from its beginning; 0 = none
  bool approve_by_default = false;  // when the timeout passes; otherwise rejected
};

// Outputs of every approved task beside the fields of its form: who, and what was said.
inline constexpr std::string_view kDecidedBy = "decided_by";
inline constexpr std::string_view kComment = "comment";

// What the tasks after it may read.
TaskResult answer_result(const ApprovalSpec& approval, const Json::Object& values,
                         const std::string& by, const std::string& comment);

// "sign_off succeeded at 2026-11-22T10:00:00Z: approved by ann": of an approval that has ended.
std::string decided_clause(const std::string& id, TaskState state, WallTime ended_at,
                           const std::string& reason);

// What the person is asked; when a value is missing, what is.
std::string prompt_text(const Dag& dag, const Run& run, TaskIndex task);

}  // namespace tidemill
