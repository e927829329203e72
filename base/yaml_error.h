// Turns a complaint of the YAML library into one a person can act on: the right place, a stable
// rule and what to write instead. Internal to base/yaml*.cc.
#pragma once

#include <string_view>

#include "base/yaml.h"

namespace tidemill {

// `message` is the library's, `at` the byte offset it complained of and `last_node` the offset of
// the last node it had delivered; both may lie past the end of `text`.
YamlProblem explain_yaml_error(std::string_view text, std::string_view message, std::size_t at,
                               std::size_t last_node);

}  // namespace tidemill
