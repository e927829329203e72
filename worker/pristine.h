// Whether anything was made in a folder since it was last empty, told by its modification time: we
// set it back to 1970, and the kernel sets it to now when an entry comes or goes. One system call,
// where reading a folder takes five.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill {

Status mark_pristine(const std::string& folder);
bool is_pristine(const std::string& folder);

// Removes everything below the folder, also what lost its permissions, and nothing elsewhere: links
// are not followed.
Status empty_folder(const std::string& folder);

}  // namespace tidemill
