// `--param name=value` for a dag whose definition the API told: texts become the JSON that the
// declared types ask for, with the same words and the same did-you-mean as `tidemill run`.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace tidemill::client {

// Only what was given. Limits and what is required are left to the scheduler, which decides.
Result<Json::Object> typed_params(const Json& definition, const std::vector<std::string>& texts);

// A JSON object from a file, or from standard input for "-": for values that nobody may see on a
// command line.
Result<Json::Object> params_from_file(const std::string& path);

}  // namespace tidemill::client
