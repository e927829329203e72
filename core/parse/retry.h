// Reads `retry:` and `retries:` of a task, a hook, or of `defaults`.
#pragma once

#include <memory>
#include <string>

#include "core/parse/context.h"

namespace tidemill {

// The policy of the map `node`: its `retry` replaces `inherited`, its `retries` only the limit.
std::shared_ptr<const RetryPolicy> read_retry(ParseContext& context, const YamlNode& node,
                                              const std::string& where,
                                              std::shared_ptr<const RetryPolicy> inherited);

}  // namespace tidemill
