// Reads declarations of values: the parameters of a DAG, the fields of a form.
#pragma once

#include <string>
#include <vector>

#include "core/parse/context.h"

namespace tidemill {

// `where` is how people call this place: "params".
void read_param_specs(ParseContext& context, const YamlNode& params, const std::string& where,
                      std::vector<ParamSpec>& out);

}  // namespace tidemill
