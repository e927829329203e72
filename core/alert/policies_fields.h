// The one table of everything the file of alerts may say; see core/fields.h for what drives what.
#pragma once

#include <span>

#include "core/fields.h"

namespace tidemill {

extern const ObjectSpec kPoliciesObject;  // the top of the file
extern const ObjectSpec kChannelObject;
extern const ObjectSpec kSecretObject;
extern const ObjectSpec kSlackObject;
extern const ObjectSpec kPagerDutyObject;
extern const ObjectSpec kAlertmanagerObject;
extern const ObjectSpec kNtfyObject;
extern const ObjectSpec kSmtpObject;
extern const ObjectSpec kHookChannelObject;
extern const ObjectSpec kPersonObject;
extern const ObjectSpec kRotationObject;
extern const ObjectSpec kLayerObject;
extern const ObjectSpec kPolicyObject;
extern const ObjectSpec kStepObject;
extern const ObjectSpec kConditionObject;

// All of them, outermost first.
std::span<const ObjectSpec* const> policies_objects();

}  // namespace tidemill
