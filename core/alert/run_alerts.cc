#include "core/alert/run_alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/alert/signature.h"

namespace tidemill {
namespace {

bool is_of_run(const Alert& alert, const RunNews& news) { return alert.last_run == news.run; }

// Failed and late is one thing: whichever comes second joins the alert that is there.
const Alert* late_alert(const RunNews& news, const std::vector<Alert>& open) {
  const auto found = std::find_if(open.begin(), open.end(), [&news](const Alert& alert) {
    return alert.key.cause == kDeadlineCause && is_of_run(alert, news);
  });
  return found == open.end() ? nullptr : &*found;
}

const Alert* failed_alert(const RunNews& news, const std::vector<Alert>& open) {
  const auto found = std::find_if(open.begin(), open.end(), [&news](const Alert& alert) {
    return alert.key.cause != kDeadlineCause && alert.key.cause != kSlowCause &&
           is_of_run(alert, news);
  });
  return found == open.end() ? nullptr : &*found;
}

// The number of an exit code tells failures apart, which other numbers in a message do not.
std::string signature_of(const AlertKey& key, const RunNews::Failed& failed) {
  const std::string signature = alert_signature(key, failed.reason);
  return failed.cause == Cause::exit ? fmt::format("{} ({})", signature, failed.exit_code)
                                     : signature;
}

void raise_failures(const RunNews& news, const AlertRules& rules, const std::vector<Alert>& open,
                    std::vector<KeyedAlertEvent>& events) {
  const Alert* late = late_alert(news, open);
  for (const RunNews::Failed& failed : news.failed) {
    const AlertKey own{news.dag, failed.task, std::string(to_word(failed.cause))};
    events.push_back(
        {late == nullptr ? own : late->key,
         alert_event::Raise{AlertFact::failed, rules.severity, signature_of(own, failed), news.run},
         with_detail(fmt::format("{} of {} failed", failed.task, news.dag), failed.reason)});
  }
}

// A run that failed without a task that did: its own time was over.
void raise_run(const RunNews& news, const AlertRules& rules, std::vector<KeyedAlertEvent>& events) {
  const AlertKey key{news.dag, "", news.timed_out ? "timeout" : "run"};
  events.push_back({key,
                    alert_event::Raise{AlertFact::failed, rules.severity,
                                       alert_signature(key, news.reason), news.run},
                    with_detail(news.dag + " failed", news.reason)});
}

// The run goes on, so it has no reason of its own yet.
std::string lateness(const RunNews& news) {
  const std::string since = news.due_at.us == 0 ? "in time" : "by " + format_rfc3339(news.due_at);
  return fmt::format("{} is late: run {} was to succeed {}", news.dag, news.run, since);
}

void raise_late(const RunNews& news, const AlertRules& rules, const std::vector<Alert>& open,
                std::vector<KeyedAlertEvent>& events) {
  const Alert* failed = failed_alert(news, open);
  const AlertKey key = failed != nullptr ? failed->key : AlertKey{news.dag, "", kDeadlineCause};
  events.push_back({key, alert_event::Raise{AlertFact::late, rules.severity, "", news.run},
                    failed != nullptr ? "" : lateness(news)});
}

// Only feared, or only slow: that is over with the run, however it ended.
bool is_forecast_of(const Alert& alert, const RunNews& news) {
  return is_of_run(alert, news) && alert.facts.size() == 1 &&
         (alert.facts[0] == AlertFact::will_be_late || alert.facts[0] == AlertFact::slow);
}

bool recovered(const Alert& alert, const RunNews& news) {
  if (is_forecast_of(alert, news)) return true;
  if (alert.key.task.empty()) {
    return news.state == RunState::succeeded || news.state == RunState::partial;
  }
  return std::find(news.succeeded.begin(), news.succeeded.end(), alert.key.task) !=
         news.succeeded.end();
}

void recover(const RunNews& news, const std::vector<Alert>& open,
             std::vector<KeyedAlertEvent>& events) {
  for (const Alert& alert : open) {
    if (recovered(alert, news)) {
      events.push_back({alert.key, alert_event::Recover{news.run}, ""});
    }
  }
}

void repair(const RunNews& news, const std::vector<Alert>& open,
            std::vector<KeyedAlertEvent>& events) {
  for (const Alert& alert : open) {
    if (is_of_run(alert, news)) {
      events.push_back({alert.key, alert_event::Repair{news.by}, ""});
    }
  }
}

}  // namespace

std::vector<KeyedAlertEvent> alerts_of(const RunNews& news, const AlertRules& rules,
                                       const std::vector<Alert>& open) {
  std::vector<KeyedAlertEvent> events;
  switch (news.kind) {
    case RunNews::Kind::task_failed:
      if (rules.failure) raise_failures(news, rules, open, events);
      break;
    case RunNews::Kind::late:
      if (rules.deadline) raise_late(news, rules, open, events);
      break;
    case RunNews::Kind::repaired:
      repair(news, open, events);
      break;
    case RunNews::Kind::ended:
      recover(news, open, events);
      if (rules.failure && news.state == RunState::failed && news.failed.empty()) {
        raise_run(news, rules, events);
      }
      break;
  }
  return events;
}

KeyedAlertEvent alert_of_file(const std::string& dag, bool broken, const std::string& finding) {
  const AlertKey key{dag, "", "file"};
  if (!broken) return {key, alert_event::Recover{}, ""};
  return {
      key,
      alert_event::Raise{AlertFact::broken, AlertSeverity::error, alert_signature(key, finding), 0},
      with_detail(fmt::format("the file of {} is broken", dag), finding)};
}

KeyedAlertEvent alert_of_policies(const std::string& finding) {
  const AlertKey key{"", "", "alerts_file"};
  if (finding.empty()) return {key, alert_event::Recover{}, ""};
  return {
      key,
      alert_event::Raise{AlertFact::broken, AlertSeverity::error, alert_signature(key, finding), 0},
      "the file of alerts is broken, and its last good version stays in force: " + finding};
}

}  // namespace tidemill
