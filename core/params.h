// Values for a run's parameters: typed, checked all at once, defaults filled in.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/dag.h"

namespace tidemill {

struct ParamProblem {
  std::string name;
  std::string message;  // with did-you-mean for unknown names
};

struct BoundParams {
  Json::Object values;  // every declared parameter, in declaration order
  std::vector<ParamProblem> problems;  // when not empty, values is not to be used
};

// From `--param k=v` texts: each is read by the declared type (arrays and objects as JSON, arrays
// of strings also as a,b,c). Bytes are never interpreted further: `@file`, `$(x)` stay literal.
BoundParams bind_params(const Dag& dag, const std::vector<std::pair<std::string, std::string>>& given);
// From a JSON object (the API).
BoundParams bind_params(const Dag& dag, const Json& given);

// Checks one value against its declaration; empty = fine. Also used on defaults by the parser.
std::string check_param(const ParamSpec& spec, const Json& value);

// The variables of a run's parameters: {"TIDEMILL_PARAM_MIN_ACCURACY", "0.75"}.
std::vector<std::pair<std::string, std::string>> param_environment(const Json::Object& values);

}  // namespace tidemill
