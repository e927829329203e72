// What a well-formed message may still not say: values that no honest peer sends.
#pragma once

#include <optional>
#include <string>

#include "protocol/messages.h"

namespace tidemill {

// nullopt = in range; otherwise which field is wrong, with the value.
std::optional<std::string> out_of_range(const Message& message);

}  // namespace tidemill
