// The scheduler's events while somebody looks: a stream that is opened again when it breaks. When
// it cannot be had at all, the caller is asked to load its state every second instead, so every
// command that follows something also works through proxies that hold answers back.
#pragma once

#include <functional>
#include <string>

#include "cli/client/api.h"
#include "cli/client/sse.h"

namespace tidemill::client {

struct EventFollower {
  std::string topics;  // "runs", "run:12"
  // Loads the state anew: when a stream was opened (what happens from then on comes as events),
  // and every second without a stream. True ends it.
  std::function<Result<bool>()> load;
  std::function<Result<bool>(const SseEvent&)> on_event;  // true ends it
  // Several times a second, on another thread, never together with the others.
  std::function<void()> on_tick;
  Duration patience{};  // 0 = without limit
};

enum class FollowEnd { reached, timed_out };

// An error when the scheduler cannot be reached for half a minute, or when load or on_event fail.
Result<FollowEnd> follow_events(Api& api, const EventFollower& follower);

}  // namespace tidemill::client
