// States the way a sentence says them: "starting", "waiting for a retry".
#pragma once

#include <string_view>

#include "core/words.h"

namespace tidemill {

std::string_view in_words(TaskState state);

}  // namespace tidemill
