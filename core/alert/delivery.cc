#include "core/alert/delivery.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace tidemill {
namespace {

using OutcomeKind = DeliveryOutcome::Kind;

bool may_go_better(int status) {
  constexpr int kLater[] = {401, 403, 408, 425, 429};
  return status >= 500 ||
         std::find(std::begin(kLater), std::end(kLater), status) != std::end(kLater);
}

}  // namespace

DeliveryOutcome judge_http(int status, Duration retry_after, bool may_go) {
  if (status >= 200 && status <= 299) return {};
  std::string error = fmt::format("the answer was HTTP {}", status);
  if (may_go && (status == 404 || status == 410)) {
    return {OutcomeKind::gone, error + ": there is no such address any more", {}};
  }
  if (status >= 300 && status <= 399) {
    return {OutcomeKind::refused, error + ", and redirects are not followed", {}};
  }
  if (may_go_better(status)) return {OutcomeKind::retry, std::move(error), retry_after};
  return {OutcomeKind::refused, error + ": it does not take this message", {}};
}

DeliveryOutcome judge_smtp(int code, std::string_view trouble) {
  if (code >= 500 && code <= 599 && code != 530 && code != 535) {
    return {OutcomeKind::refused, fmt::format("the mail server answered {}", code), {}};
  }
  if (code >= 400)
    return {OutcomeKind::retry, fmt::format("the mail server answered {}", code), {}};
  return {OutcomeKind::retry, std::string(trouble), {}};
}

Duration retry_delay(std::string_view key, std::uint32_t tries) {
  constexpr Duration kFirst = std::chrono::seconds(5);
  constexpr Duration kLongest = std::chrono::minutes(15);
  const Duration full = std::min(kLongest,
                                 kFirst * (std::int64_t{1} << std::clamp(tries, 1u, 10u)) / 2);
  const auto share = static_cast<std::int64_t>(hash64(key, tries) % 401);  // of 1000
  return std::min(kLongest, full * (800 + share) / 1000);
}

}  // namespace tidemill
