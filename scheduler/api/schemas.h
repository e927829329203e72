// The shapes of the bodies of the API, for the OpenAPI file. A shape is written as one word for
// each member, in a notation of our own that reads like the JSON it describes:
//
//   "run integer"      a member that is always there
//   "~force boolean"   may be left out
//   "reason string?"   may be null
//   "runs [Run]"       a list of another shape
//   "state a|b|c"      one of these words
//
// Types: string integer number boolean time (RFC 3339) object (any members) any, or a shape.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"

namespace tidemill::api {

struct Shape {
  std::string_view name;
  std::vector<std::string_view> members;
};

inline constexpr std::string_view kRunState =
    "state queued|running|succeeded|partial|failed|cancelled";

const std::vector<Shape>& all_shapes();

// JSON Schema (draft 2020-12) of one shape; others are referred to as #/components/schemas/NAME.
Json schema_of(const Shape& shape);

}  // namespace tidemill::api
