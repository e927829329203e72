#include "core/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/hash.h"

namespace tidemill {
namespace {

using RetryKind = RetryDecision::Kind;

constexpr int kExitRetry = 75;  // EX_TEMPFAIL of sysexits.h
constexpr int kExitNever = 78;  // EX_CONFIG of sysexits.h
constexpr int kExitSkip = 99;
constexpr Duration kLossDelay = std::chrono::seconds(1);
// Where no attempt can even begin, a full disk is the likely cause: five tries take 6 minutes, so
// that somebody can make room.
constexpr double kLossBackoff = 2.0, kNeverBegunBackoff = 4.0;
constexpr std::uint32_t kDefaultOn = 1u << static_cast<unsigned>(Cause::exit) |
                                     1u << static_cast<unsigned>(Cause::signal) |
                                     1u << static_cast<unsigned>(Cause::timeout) |
                                     1u << static_cast<unsigned>(Cause::oom) |
                                     1u << static_cast<unsigned>(Cause::lost) |
                                     1u << static_cast<unsigned>(Cause::contract);

bool retries_on(const RetryPolicy& policy, Cause cause) {
  const std::uint32_t on = policy.on == 0 ? kDefaultOn : policy.on;
  return (on >> static_cast<unsigned>(cause) & 1u) != 0;
}

// In [-1, 1), the same for the same seed everywhere.
double signed_unit(std::uint64_t seed) {
  return static_cast<double>(mix64(seed) >> 11) * 0x1p-52 - 1.0;
}

// No delay is longer than what a DAG file can say, so this is far from overflow.
constexpr Duration kLongestDelay = std::chrono::hours(24 * 3650);

Duration jittered(double delay_us, double jitter, std::uint64_t seed) {
  const double us = delay_us * (1.0 + jitter * signed_unit(seed));
  const double limit = static_cast<double>(kLongestDelay.count());
  return Duration(static_cast<std::int64_t>(std::clamp(us, 0.0, limit)));
}

double grown(double first_us, double factor, int steps) {
  return first_us <= 0 ? 0 : first_us * std::pow(factor, steps);
}

Duration loss_delay(const RetryPolicy& policy, int losses, bool began, std::uint64_t seed) {
  const double backoff = began ? kLossBackoff : kNeverBegunBackoff;
  return jittered(grown(static_cast<double>(kLossDelay.count()), backoff, losses), policy.jitter,
                  seed);
}

// Exit codes that mean something are said with their meaning.
std::string describe_exit(int code) {
  if (code == kExitRetry) return "exit code 75 asks for a retry";
  if (code == kExitNever) return "exit code 78 forbids a retry";
  return fmt::format("exit code {}", code);
}

std::string describe(const Outcome& outcome) {
  if (outcome.cause == Cause::exit && outcome.message.empty()) {
    return describe_exit(outcome.exit_code);
  }
  if (outcome.cause == Cause::signal && outcome.message.empty()) {
    return fmt::format("killed by signal {}", outcome.signal);
  }
  if (!outcome.message.empty()) return outcome.message;
  switch (outcome.cause) {
    case Cause::timeout:
      return "timed out";
    case Cause::oom:
      return "out of memory";
    case Cause::exec_failed:
      return "the command could not be started";
    case Cause::cancelled:
      return "stopped from outside";
    case Cause::lost:
      return "lost with its worker";
    case Cause::contract:
      return "the contract was broken";
    case Cause::gate:
      return "the gate did not pass";
    case Cause::none:
      return "ended";
    case Cause::exit:
    case Cause::signal:
      break;
  }
  UNREACHABLE();
}

// Decides for one ended attempt. Every answer carries its sentence.
class Decider {
 public:
  Decider(const TaskSpec& task, const TaskRun& state, const Outcome& outcome, std::uint64_t seed)
      : policy_(*task.retry), state_(state), outcome_(outcome), seed_(seed) {}

  RetryDecision decide() const {
    if (outcome_.cause == Cause::none) return answer(RetryKind::succeed, {});
    if (outcome_.cause == Cause::cancelled) return fail("");
    if (outcome_.cause == Cause::lost) return after_loss();
    if (outcome_.cause == Cause::exit) {
      if (outcome_.exit_code == kExitSkip)
        return answer(RetryKind::skip, "exit code 99 asks to skip it");
      if (outcome_.exit_code == kExitNever) return fail("");
      if (outcome_.exit_code == kExitRetry) return within_limit(nullptr);
    }
    if (const RetryRule* rule = matching_rule()) return by_rule(*rule);
    if (!retries_on(policy_, outcome_.cause)) return not_listed();
    return within_limit(nullptr);
  }

 private:
  static RetryDecision answer(RetryKind kind, std::string why) {
    RetryDecision decision;
    decision.kind = kind;
    decision.why = std::move(why);
    return decision;
  }

  // An attempt that never began may always be made again; one that began only if the author agrees.
  RetryDecision after_loss() const {
    const bool began = outcome_.started_at != WallTime{} || state_.started_at != WallTime{};
    const RetryRule* rule = began ? matching_rule() : nullptr;
    if (rule != nullptr && rule->action == RetryRule::Action::fail)
      return fail("a retry rule ends it");
    if (began && rule == nullptr && !retries_on(policy_, Cause::lost)) {
      return not_listed();
    }
    if (state_.losses >= kMaxLosses) return fail(fmt::format("lost {} times before", kMaxLosses));
    RetryDecision decision = retry(rule,
                                   fmt::format("loss {} of {}", state_.losses + 1, kMaxLosses));
    decision.uses_limit = false;
    if (rule == nullptr || !rule->delay)
      decision.delay = loss_delay(policy_, state_.losses, began, seed_);
    return decision;
  }

  RetryDecision by_rule(const RetryRule& rule) const {
    if (rule.action == RetryRule::Action::fail) return fail("a retry rule ends it");
    return within_limit(&rule);
  }

  RetryDecision within_limit(const RetryRule* rule) const {
    const int limit = std::min<int>(policy_.limit, std::numeric_limits<std::uint16_t>::max());
    if (limit <= 0) return fail("");
    if (state_.retries >= limit) return fail(fmt::format("{} of {} retries used", limit, limit));
    return retry(rule, fmt::format("retry {} of {}", state_.retries + 1, limit));
  }

  RetryDecision retry(const RetryRule* rule, const std::string& note) const {
    RetryDecision decision = answer(RetryKind::retry,
                                    fmt::format("{}; {}", describe(outcome_), note));
    decision.delay = rule != nullptr && rule->delay
                         ? jittered(static_cast<double>(rule->delay->count()), policy_.jitter,
                                    seed_)
                         : retry_delay(policy_, state_.retries + 1, seed_);
    if (rule != nullptr) decision.memory_factor = rule->memory_factor;
    return decision;
  }

  // Worth a word only when the author asked for retries at all.
  RetryDecision not_listed() const {
    if (policy_.limit <= 0 && policy_.on == 0) return fail("");
    return fail(fmt::format("retry.on does not list {}", to_word(outcome_.cause)));
  }

  RetryDecision fail(const std::string& note) const {
    const std::string what = describe(outcome_);
    return answer(RetryKind::fail, note.empty() ? what : fmt::format("{}; {}", what, note));
  }

  const RetryRule* matching_rule() const {
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      if (matches(policy_.rules[i], i)) return &policy_.rules[i];
    }
    return nullptr;
  }

  bool matches(const RetryRule& rule, std::size_t position) const {
    if (!rule.exit_codes.empty()) {
      const auto& codes = rule.exit_codes;
      if (outcome_.cause != Cause::exit) return false;
      if (std::find(codes.begin(), codes.end(), outcome_.exit_code) == codes.end()) return false;
    }
    if (rule.cause && *rule.cause != outcome_.cause) return false;
    if (rule.log_matches.empty()) return true;
    return position < 64 && (outcome_.log_rules >> position & 1u) != 0;
  }

  const RetryPolicy& policy_;
  const TaskRun& state_;
  const Outcome& outcome_;
  std::uint64_t seed_;
};

}  // namespace

RetryDecision decide_retry(const TaskSpec& task, const TaskRun& state, const Outcome& outcome,
                           std::uint64_t run_seed, TaskIndex index) {
  const std::uint64_t seed = mix64(run_seed ^ mix64((std::uint64_t{index} << 32) + state.attempts));
  return Decider(task, state, outcome, seed).decide();
}

Duration retry_delay(const RetryPolicy& policy, int n, std::uint64_t seed) {
  const double cap = static_cast<double>(policy.max_delay.count());
  const double delay = grown(static_cast<double>(policy.delay.count()), policy.backoff, n - 1);
  return jittered(std::min(delay, cap), policy.jitter, seed);
}

Duration longest_delay(const RetryPolicy& policy) {
  Duration longest = std::max(policy.max_delay, kLossDelay * (1 << (2 * kMaxLosses)));
  for (const RetryRule& rule : policy.rules) {
    if (rule.delay) longest = std::max(longest, *rule.delay);
  }
  const double us = static_cast<double>(longest.count()) * (1.0 + policy.jitter);
  return std::min(kLongestDelay, Duration(static_cast<std::int64_t>(us) + 1));
}

}  // namespace tidemill
