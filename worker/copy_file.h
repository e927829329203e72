// A file's content under another name: by a reflink where the file system can do that, which costs
// nothing, else by bytes.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace tidemill {

// For a file that is read piece by piece.
inline constexpr std::size_t kFileBufferBytes = 1u << 20;

// `from` is a regular file, `to` does not exist. After a failure there is no `to`.
Status copy_file(const std::string& from, const std::string& to, mode_t mode);

}  // namespace tidemill
