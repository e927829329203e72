#include "core/fields.h"

#include <array>

namespace tidemill {

const Field* ObjectSpec::find(std::string_view key) const {
  for (const Field& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

std::span<const ObjectSpec* const> all_objects() {
  static constexpr std::array<const ObjectSpec*, 20> kObjects = {
      &kDagObject,       &kScheduleObject, &kCalendarObject, &kDstObject,     &kCatchupObject,
      &kParamObject,     &kDefaultsObject, &kTaskObject,     &kRetryObject,   &kRetryRuleObject,
      &kResourcesObject, &kHooksObject,    &kHookObject,     &kWaitObject,    &kApprovalObject,
      &kPublishObject,   &kAlertsObject,   &kDeadlineObject, &kTriggerObject, &kWebhookObject};
  return kObjects;
}

}  // namespace tidemill
