// What makes two failures the same failure: dag, task, cause and the error without what differs
// each time (numbers, hashes, times, addresses of memory).
#pragma once

#include <string>
#include <string_view>

#include "core/alert/alert.h"

namespace tidemill {

// At most 200 bytes; digits and long hex words become `#`, white space one space. UTF-8 stays
// whole.
std::string normalise_error(std::string_view message);

std::string alert_signature(const AlertKey& key, std::string_view message);

}  // namespace tidemill
