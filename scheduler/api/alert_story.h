// What an alert tells, as members of its JSON.
#pragma once

#include "base/json.h"
#include "core/alert/alert_story.h"

namespace tidemill::api {

void set_story(Json& json, const AlertStory& story, WallTime now);

}  // namespace tidemill::api
