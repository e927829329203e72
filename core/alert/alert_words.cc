#include "core/alert/alert.h"
#include "core/word_list.h"

namespace tidemill {
namespace {

using std::array;
using std::string_view;

constexpr array<string_view, 5> kStates = {"firing", "acknowledged", "snoozed", "suppressed",
                                           "resolved"};
constexpr array<string_view, 5> kTimers = {"none", "escalate", "acknowledgement_over",
                                           "snooze_over", "digest"};
constexpr array<string_view, 13> kFacts = {
    "failed",   "late",         "will_be_late",    "slow",        "missed",
    "silent",   "check_failed", "broken",          "worker_lost", "stuck",
    "disk_low", "log_growing",  "delivery_failing"};

}  // namespace

string_view to_word(AlertState state) { return word_in(kStates, state); }
string_view to_word(AlertSeverity severity) { return word_in(kSeverityWords, severity); }
string_view to_word(AlertTimer timer) { return word_in(kTimers, timer); }
string_view to_word(AlertFact fact) { return word_in(kFacts, fact); }

std::string with_detail(std::string head, string_view detail) {
  return detail.empty() ? head : std::move(head) + ": " + std::string(detail);
}

std::optional<AlertState> alert_state_from(string_view word) {
  return value_in<AlertState>(kStates, word);
}
std::optional<AlertSeverity> alert_severity_from(string_view word) {
  return value_in<AlertSeverity>(kSeverityWords, word);
}
std::optional<AlertTimer> alert_timer_from(string_view word) {
  return value_in<AlertTimer>(kTimers, word);
}
std::optional<AlertFact> alert_fact_from(string_view word) {
  return value_in<AlertFact>(kFacts, word);
}

}  // namespace tidemill
