// Slows down whoever guesses: by address, and nobody who guesses right. Any thread.
#pragma once

#include <mutex>
#include <string>

#include "core/throttle.h"
#include "scheduler/http/response.h"

namespace tidemill::api {

class GuessGate {
 public:
  // Zero = it may try; otherwise how long it must wait. A try that was right is taken back.
  Duration begin(const std::string& address);
  void was_right(const std::string& address);

 private:
  static constexpr ThrottleRule kRule = {.free_tries = 30,
                                         .first_wait = std::chrono::seconds(1),
                                         .longest_wait = std::chrono::minutes(1),
                                         .forget_after = std::chrono::minutes(10)};
  std::mutex mutex_;  // guards what follows
  Throttle tries_{kRule};
};

// 429 with Retry-After.
http::Response too_many_guesses(Duration wait);

}  // namespace tidemill::api
