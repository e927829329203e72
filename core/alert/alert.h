// One alert: something that is wrong with one scope, and who takes care of it. Plain data, a row.
// What may happen to it is decided in alert_machine.h. Life cycle and words follow PagerDuty
// (acknowledge, snooze, resolve) and Alertmanager (silence, inhibition).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tidemill {

enum class AlertState : std::uint8_t { firing, acknowledged, snoozed, suppressed, resolved };
// Most urgent first.
enum class AlertSeverity : std::uint8_t { critical, error, warning, info };
inline constexpr std::array<std::string_view, 4> kSeverityWords = {"critical", "error", "warning",
                                                                   "info"};
// Why an alert has a timer. Nothing ever pages without one of these.
enum class AlertTimer : std::uint8_t { none, escalate, acknowledgement_over, snooze_over, digest };

std::string_view to_word(AlertState state);
std::string_view to_word(AlertSeverity severity);
std::string_view to_word(AlertTimer timer);
std::optional<AlertState> alert_state_from(std::string_view word);
std::optional<AlertSeverity> alert_severity_from(std::string_view word);
std::optional<AlertTimer> alert_timer_from(std::string_view word);

// What is wrong. One alert may have several of them: a run that failed and is late is one thing.
enum class AlertFact : std::uint8_t {
  failed,
  late,
  will_be_late,
  slow,
  missed,
  silent,
  check_failed,
  broken,
  worker_lost,
  stuck,
  disk_low,
  log_growing,
  delivery_failing,
};
std::string_view to_word(AlertFact fact);
std::optional<AlertFact> alert_fact_from(std::string_view word);

// "head: detail", and the head alone when there is no detail.
std::string with_detail(std::string head, std::string_view detail);

// Alerts are about the same thing when they have the same key.
struct AlertKey {
  std::string dag;    // empty: about the scheduler itself
  std::string task;   // empty: about the run as a whole
  std::string cause;  // class of the cause, as "exit", "oom", "deadline"
  auto operator<=>(const AlertKey&) const = default;
};

// Causes that are no failure.
inline constexpr const char* kSlowCause = "slow";
inline constexpr const char* kDeadlineCause = "deadline";

struct Alert {
  AlertKey key;
  AlertState state = AlertState::resolved;
  AlertSeverity severity = AlertSeverity::error;
  std::vector<AlertFact> facts;  // each once, in order of appearance
  // What an acknowledgement binds to: another failure of the same key is another matter.
  std::string signature;

  WallTime raised_at{};  // of the episode: first raised, or reopened
  WallTime state_since{};
  std::uint64_t count = 0;                    // how often it was raised in this episode
  std::uint64_t first_run = 0, last_run = 0;  // 0 = none
  std::uint32_t reopened = 0;
  bool episode_over = false;  // a person cleared what failed: the next failure is news again

  std::string by;       // who acknowledged, snoozed, silenced or resolved it; empty = Tidemill
  std::string comment;  // what they said
  WallTime until{};     // of the acknowledgement, snooze; 0 = no end

  // Where the escalation is. `told` = somebody was, who will want to know how it ended.
  std::uint32_t step = 0, round = 0;
  bool told = false;
  std::uint64_t counted_at_digest = 0;

  AlertTimer timer = AlertTimer::none;
  WallTime due_at{};  // of the timer
};

inline bool is_open(const Alert& alert) { return alert.state != AlertState::resolved; }

}  // namespace tidemill
