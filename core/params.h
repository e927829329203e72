// Values for a run's parameters: typed, checked all at once, defaults filled in.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/dag.h"

namespace tidemill {

// The text form of a value reaches tasks as one environment variable, of which Linux takes 128 KiB
// (MAX_ARG_STRLEN) with its name and end.
inline constexpr std::size_t kMaxParamBytes = (128u << 10) - 128;

struct ParamProblem {
  std::string name;
  std::string message;  // with did-you-mean for unknown names
};

struct BoundParams {
  Json::Object values;                 // every declared parameter, in declaration order
  std::vector<ParamProblem> problems;  // when not empty, values is not to be used
};

// From `--param k=v` texts: each is read by the declared type (numbers as JSON writes them, arrays
// and objects as JSON, arrays of strings also as a,b,c). Bytes are never interpreted further:
// `@file`, `$(x)` stay literal. A parameter that is neither given nor required nor has a default is
// null. A name that is given twice is a problem.
BoundParams bind_params(const Dag& dag,
                        const std::vector<std::pair<std::string, std::string>>& given);
// From a JSON object (the API). null is taken only where not giving the parameter means null.
BoundParams bind_params(const Dag& dag, const Json& given);
// The same for the fields of a form that a person filled in.
BoundParams bind_fields(const std::vector<ParamSpec>& form, const Json& given);

// Is a value of this type written as text (dates and secrets too)?
bool is_text(ParamType type);

// Must its value not be shown? There are no arrays of secrets.
bool is_secret(const ParamSpec& spec);

// The values for eyes: "***" in the place of each secret.
Json::Object shown_params(const Dag& dag, const Json::Object& values);

// Checks one value against its declaration; empty = fine, otherwise a clause that begins with
// "must" or "is". Also used on defaults by the parser. In an array, `enum`, `pattern`, `minimum`
// and `maximum` hold for each item, the lengths for the array itself; lengths of strings count code
// points, of objects members. The value of a secret is never shown.
std::string check_param(const ParamSpec& spec, const Json& value);

// "integer", "datetime": the word of the type in a DAG file.
std::string_view to_word(ParamType type);

// The variables of a run's parameters: {"TIDEMILL_PARAM_MIN_ACCURACY", "0.75"}. The prefix keeps
// them away from names like PATH or LD_PRELOAD; characters outside A-Z 0-9 _ become _. null is an
// empty variable.
std::vector<std::pair<std::string, std::string>> param_environment(const Json::Object& values);

}  // namespace tidemill
