#include "scheduler/api/guess_gate.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemill::api {

Duration GuessGate::begin(const std::string& address) {
  const std::lock_guard lock(mutex_);
  return tries_.begin(address, system_now().boot);
}

void GuessGate::was_right(const std::string& address) {
  const std::lock_guard lock(mutex_);
  tries_.take_back(address);
}

http::Response too_many_guesses(Duration wait) {
  const auto seconds = std::max<std::int64_t>(1, wait.count() / 1'000'000);
  http::Response response = http::Response::problem(
      {429, "Too many tries", fmt::format("too many wrong tries; try again in {} s", seconds), {}});
  response.with("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace tidemill::api
