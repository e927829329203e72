// Where `secrets: {TOKEN: name}` gets its values: $CREDENTIALS_DIRECTORY/<name> (systemd), then
// <data>/secrets/<name>. Files must be readable by their owner alone.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill {

inline constexpr std::size_t kMaxSecretBytes = 64u << 10;

// The value without one trailing newline. Errors name the places looked at, never the value.
Result<std::string> read_secret(const std::string& data_dir, const std::string& name);

}  // namespace tidemill
