#include "core/outcome.h"

#include <algorithm>
#include <string_view>

namespace tidemill {

const std::string* TaskResult::output(std::string_view name) const {
  const auto found = std::find_if(outputs.rbegin(), outputs.rend(),
                                  [&](const auto& output) { return output.first == name; });
  return found == outputs.rend() ? nullptr : &found->second;
}

const Metric* TaskResult::metric(std::string_view name) const {
  const auto found = std::find_if(metrics.rbegin(), metrics.rend(), [&](const Metric& metric) {
    return metric.name == name && metric.slice.empty();
  });
  return found == metrics.rend() ? nullptr : &*found;
}

const Artifact* TaskResult::artifact(std::string_view name) const {
  const auto found = std::find_if(artifacts.begin(), artifacts.end(),
                                  [&](const Artifact& artifact) { return artifact.name == name; });
  return found == artifacts.end() ? nullptr : &*found;
}

}  // namespace tidemill
