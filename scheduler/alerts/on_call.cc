#include "scheduler/alerts/on_call.h"

namespace tidemill {

Result<PoliciesPtr> with_overrides(Database& database, PoliciesPtr policies, WallTime now) {
  if (policies == nullptr) return policies;
  const auto rows = TRY(read_overrides(database, now));
  if (rows.empty()) return policies;
  auto changed = std::make_shared<AlertPolicies>(*policies);
  for (const OverrideRow& row : rows) {
    for (Rotation& rotation : changed->rotations) {
      if (rotation.name != row.rotation) continue;
      rotation.overrides.push_back({row.users, row.from, row.until});
    }
  }
  return PoliciesPtr(std::move(changed));
}

}  // namespace tidemill
