// What is different from the last time that it went well: the DAG's file, parameters, inputs and
// the worker.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/dag.h"

namespace tidemill {

struct AlertChange {
  enum class Kind : std::uint8_t { dag, param, input, worker } kind = Kind::dag;
  std::string text;               // "task train: run, retry"
  std::vector<std::string> diff;  // lines of the file, "- old" and "+ new"; only of a changed DAG
};
std::string_view to_word(AlertChange::Kind kind);

// One run as it is compared.
struct StorySide {
  const Dag& dag;
  const Json::Object& params;
  // What the task got from others: "model" and its hash, in the order of the DAG file.
  std::vector<std::pair<std::string, std::string>> inputs = {};
  std::string worker = {};  // empty = not known
};

std::vector<AlertChange> changes_between(const StorySide& good, const StorySide& bad);

}  // namespace tidemill
