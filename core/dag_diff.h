// What differs between two versions of a DAG and between two sets of parameter values: what a
// person sees before a run is made again on another version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/dag.h"

namespace tidemill {

struct TaskDiff {
  std::string id;
  std::vector<std::string_view> fields;  // keys of the DAG file, in the order of its reference
  bool operator==(const TaskDiff&) const = default;
};

struct ParamDiff {
  std::string name;
  std::optional<Json> before, after;  // nullopt = there is no such parameter; secrets are "***"
  bool operator==(const ParamDiff&) const = default;
};

struct DagDiff {
  std::vector<std::string> added, removed;  // tasks and hooks, in the order of their file
  std::vector<TaskDiff> changed;            // in the order of the newer file
  // Keys beside `tasks` and `hooks` whose meaning changed: "params", "timeout" …
  std::vector<std::string_view> fields;
  bool empty() const {
    return added.empty() && removed.empty() && changed.empty() && fields.empty();
  }
};

// By meaning, not by text: a comment or the order of keys is no difference. Tasks are known by id,
// so a renamed one was removed and added.
DagDiff diff_dags(const Dag& before, const Dag& after);

// Values that differ, those of `after` first and in its order.
std::vector<ParamDiff> diff_params(const Dag& before_dag, const Json::Object& before,
                                   const Dag& after_dag, const Json::Object& after);

}  // namespace tidemill
