#include "core/alert/alert_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidemill {
namespace {

using EffectKind = AlertEffect::Kind;

Alert fresh_alert(AlertKey key) {
  Alert alert;
  alert.key = std::move(key);
  return alert;
}

class Machine {
 public:
  Machine(Alert alert, const EscalationPolicy& policy, WallTime now)
      : alert_(std::move(alert)), policy_(policy), now_(now) {}

  void operator()(const alert_event::Raise& event);
  void operator()(const alert_event::Recover& event);
  void operator()(const alert_event::Repair& event);
  void operator()(const alert_event::Acknowledge& event);
  void operator()(const alert_event::Unacknowledge& event);
  void operator()(const alert_event::Snooze& event);
  void operator()(const alert_event::Resolve& event);
  void operator()(const alert_event::Cover& event);
  void operator()(const alert_event::Uncover& event);
  void operator()(const alert_event::Wake& event);

  AlertStep take() { return {std::move(alert_), std::move(effects_)}; }

 private:
  void note(std::string text) { effects_.push_back({EffectKind::note, 0, 0, 0, std::move(text)}); }
  void enter(AlertState state, std::string by, std::string comment);
  void arm(AlertTimer timer, WallTime due_at);
  void disarm() { arm(AlertTimer::none, {}); }
  void stop_messages(EffectKind tell_others, const std::string& text);

  void fire(std::string why);
  void climb();
  void begin_episode(const alert_event::Raise& event);
  void count(const alert_event::Raise& event);
  bool is_news(const alert_event::Raise& event) const;
  void end(std::string by, std::string comment, const std::string& text);
  void send_digest();

  Alert alert_;
  const EscalationPolicy& policy_;
  WallTime now_;
  std::vector<AlertEffect> effects_;
};

void Machine::enter(AlertState state, std::string by, std::string comment) {
  alert_.state = state;
  alert_.state_since = now_;
  alert_.by = std::move(by);
  alert_.comment = std::move(comment);
  alert_.until = {};
  disarm();
}

void Machine::arm(AlertTimer timer, WallTime due_at) {
  alert_.timer = timer;
  alert_.due_at = due_at;
}

void Machine::stop_messages(EffectKind tell_others, const std::string& text) {
  effects_.push_back({EffectKind::cancel, 0, 0, 0, text});
  if (alert_.told) effects_.push_back({tell_others, 0, 0, 0, text});
}

// From the first step on, at once.
void Machine::fire(std::string why) {
  enter(AlertState::firing, "", "");
  alert_.step = alert_.round = 0;
  note(std::move(why));
  climb();
}

void Machine::climb() {
  const EscalationMove move = escalate(policy_, alert_.step, alert_.round, alert_.severity, now_);
  for (const auto& told : move.tell) {
    effects_.push_back({EffectKind::tell, told.step, told.round, 0, ""});
    alert_.told = true;
  }
  alert_.step = move.step;
  alert_.round = move.round;
  if (move.wait) {
    arm(AlertTimer::escalate, now_ + *move.wait);
  } else if (policy_.digest_every > Duration::zero()) {
    alert_.counted_at_digest = alert_.count;
    arm(AlertTimer::digest, now_ + policy_.digest_every);
  } else {
    disarm();
  }
}

void Machine::begin_episode(const alert_event::Raise& event) {
  const bool known = alert_.state_since.us != 0;
  const bool again = known && now_ - alert_.state_since <= policy_.reopen_window;
  const std::uint32_t reopened = again ? alert_.reopened + 1 : 0;
  const std::uint64_t first_run = again ? alert_.first_run : event.run;
  const bool told = again && alert_.told;
  alert_ = fresh_alert(std::move(alert_.key));
  alert_.severity = event.severity;
  alert_.reopened = reopened;
  alert_.first_run = first_run;
  alert_.told = told;
  alert_.raised_at = now_;
}

void Machine::count(const alert_event::Raise& event) {
  ++alert_.count;
  auto& facts = alert_.facts;
  if (std::find(facts.begin(), facts.end(), event.fact) == facts.end()) {
    facts.push_back(event.fact);
  }
  if (!event.signature.empty()) alert_.signature = event.signature;
  alert_.severity = std::min(alert_.severity, event.severity);
  alert_.last_run = std::max(alert_.last_run, event.run);
  if (alert_.first_run == 0) alert_.first_run = event.run;
  alert_.episode_over = false;
}

// An event without a signature adds a fact to what is known; it is no other failure.
bool Machine::is_news(const alert_event::Raise& event) const {
  const bool other = !event.signature.empty() && event.signature != alert_.signature;
  switch (alert_.state) {
    case AlertState::firing:
      return alert_.episode_over || event.severity < alert_.severity;
    case AlertState::acknowledged:
      return alert_.episode_over || other || event.severity < alert_.severity;
    case AlertState::snoozed:
    case AlertState::suppressed:
    case AlertState::resolved:
      return false;
  }
  return false;
}

void Machine::operator()(const alert_event::Raise& event) {
  if (!is_open(alert_)) {
    begin_episode(event);
    count(event);
    fire(alert_.reopened > 0 ? "raised again: reopened" : "raised");
    return;
  }
  const bool news = is_news(event);
  count(event);
  if (!news) return note(fmt::format("raised once more, {} times so far", alert_.count));
  fire(alert_.state == AlertState::acknowledged ? "raised with news since it was acknowledged"
                                                : "raised with news");
}

void Machine::end(std::string by, std::string comment, const std::string& text) {
  stop_messages(EffectKind::tell_ended, text);
  enter(AlertState::resolved, std::move(by), std::move(comment));
}

void Machine::operator()(const alert_event::Recover& event) {
  if (!is_open(alert_)) return;
  if (event.run != 0 && event.run < alert_.last_run) {
    return note(
        fmt::format("run {} succeeded, and run {} failed after it", event.run, alert_.last_run));
  }
  end("", "", "it works again");
}

void Machine::operator()(const alert_event::Repair& event) {
  if (!is_open(alert_)) return;
  alert_.episode_over = true;
  note(fmt::format("{} repairs it", event.by));
}

void Machine::operator()(const alert_event::Acknowledge& event) {
  if (!is_open(alert_)) {
    return note(fmt::format("{} acknowledged it after its end", event.by));
  }
  if (!event.seen.empty() && event.seen != alert_.signature) {
    return note(fmt::format("{} acknowledged what it was before", event.by));
  }
  stop_messages(EffectKind::tell_taken, fmt::format("{} takes care of it", event.by));
  enter(AlertState::acknowledged, event.by, event.comment);
  const Duration lasts = event.lasts > Duration::zero() ? event.lasts : policy_.acknowledged_for;
  if (lasts == Duration::zero()) return;
  alert_.until = now_ + lasts;
  arm(AlertTimer::acknowledgement_over, alert_.until);
}

void Machine::operator()(const alert_event::Unacknowledge& event) {
  if (alert_.state != AlertState::acknowledged) {
    return note(fmt::format("{} gave back what nobody had taken", event.by));
  }
  fire(fmt::format("{} gave it back", event.by));
}

void Machine::operator()(const alert_event::Snooze& event) {
  if (!is_open(alert_)) return note(fmt::format("{} snoozed it after its end", event.by));
  if (event.until <= now_) return note(fmt::format("{} snoozed it until the past", event.by));
  stop_messages(EffectKind::tell_taken,
                fmt::format("{} snoozed it until {}", event.by, format_rfc3339(event.until)));
  enter(AlertState::snoozed, event.by, event.comment);
  alert_.until = event.until;
  arm(AlertTimer::snooze_over, event.until);
}

void Machine::operator()(const alert_event::Resolve& event) {
  if (!is_open(alert_)) return note(fmt::format("{} resolved it after its end", event.by));
  end(event.by, event.comment, fmt::format("{} resolved it", event.by));
}

// Whoever took it is not told twice: only what fires is covered.
void Machine::operator()(const alert_event::Cover& event) {
  if (alert_.state != AlertState::firing) return;
  effects_.push_back({EffectKind::cancel, 0, 0, 0, "covered: " + event.why});
  enter(AlertState::suppressed, "", event.why);
}

void Machine::operator()(const alert_event::Uncover&) {
  if (alert_.state == AlertState::suppressed) fire("nothing covers it any more");
}

void Machine::send_digest() {
  if (alert_.count > alert_.counted_at_digest) {
    effects_.push_back(
        {EffectKind::digest, 0, 0, alert_.count - alert_.counted_at_digest,
         fmt::format("raised {} times more", alert_.count - alert_.counted_at_digest)});
  }
  alert_.counted_at_digest = alert_.count;
  // The policy may be another one than when the timer was set.
  if (policy_.digest_every == Duration::zero()) return disarm();
  arm(AlertTimer::digest, now_ + policy_.digest_every);
}

void Machine::operator()(const alert_event::Wake&) {
  if (alert_.timer == AlertTimer::none || alert_.due_at > now_) return;
  switch (alert_.timer) {
    case AlertTimer::none:
      return;
    case AlertTimer::escalate:
      return climb();
    case AlertTimer::acknowledgement_over:
      return fire(fmt::format("the time {} took for it is over", alert_.by));
    case AlertTimer::snooze_over:
      return fire("it was snoozed until now");
    case AlertTimer::digest:
      return send_digest();
  }
}

}  // namespace

AlertStep advance_alert(Alert alert, const AlertEvent& event, const EscalationPolicy& policy,
                        WallTime now) {
  Machine machine(std::move(alert), policy, now);
  std::visit(machine, event);
  return machine.take();
}

}  // namespace tidemill
