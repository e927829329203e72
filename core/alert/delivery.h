// What the answer of a service means for a message, and when it is tried again.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace tidemill {

struct DeliveryOutcome {
  enum class Kind : std::uint8_t {
    sent,
    retry,    // it may go better later
    refused,  // it never will
    gone,     // there is no such channel any more
  } kind = Kind::sent;
  std::string error;  // in words, without secrets and without what the service said
  Duration wait{};    // retry: at least so long, as the service asked
};

// `may_go`: 404 and 410 mean that the address itself is gone, as of an incoming webhook.
DeliveryOutcome judge_http(int status, Duration retry_after, bool may_go);
// The last code of a mail server; 0 = it said none.
DeliveryOutcome judge_smtp(int code, std::string_view trouble);

// How long to wait after the n-th try: 5 s, doubled each time, at most 15 min, a fifth more or less
// by chance that depends on `key` and `tries` alone. `tries` from 1.
Duration retry_delay(std::string_view key, std::uint32_t tries);

// A message that is older is not tried again.
inline constexpr Duration kGiveUpAfter = std::chrono::hours(24);
// A channel that fails for so long has its messages sent by its fallback as well.
inline constexpr Duration kFailingLong = std::chrono::minutes(2);

}  // namespace tidemill
