// The file that a DAG names as its runbook.
#pragma once

#include <string>

#include "core/alert/alert_story.h"

namespace tidemill {

// `named` is a path in `folder`, the DAG file's, or the address of a page. Files outside of the
// folder are not read, whatever links lead there. The part that is about `key`.
StoryRunbook read_runbook(const std::string& folder, const std::string& named, const AlertKey& key);

}  // namespace tidemill
