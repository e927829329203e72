// What is handed over on standard input: values that must not stand on a command line.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill::client {

// All of it; refused when it is longer than `max_bytes`.
Result<std::string> read_stdin(std::size_t max_bytes);

// A value that nobody may see: typed at the terminal without being shown, after `prompt`, or read
// from standard input. Without one line end.
Result<std::string> read_hidden(const std::string& prompt, std::size_t max_bytes);

}  // namespace tidemill::client
