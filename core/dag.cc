#include "core/dag.h"

#include <algorithm>

namespace tidemill {

TaskIndex Dag::find(std::string_view id) const {
  const auto found = std::lower_bound(
      by_id.begin(), by_id.end(), id,
      [](const auto& entry, std::string_view key) { return entry.first < key; });
  return found != by_id.end() && found->first == id ? found->second : kNoTask;
}

}  // namespace tidemill
