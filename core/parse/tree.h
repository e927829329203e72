// What is wrong with a file before anybody looks at its keys: it is no YAML, empty, or no map.
#pragma once

#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "core/finding.h"

namespace tidemill {

// Empty when the root is a map. `needed` and `start` are what to write instead of an empty file and
// of one that is no map.
std::vector<Finding> findings_of_tree(const YamlDocument& document, std::string_view needed,
                                      std::string_view start);

}  // namespace tidemill
