#include "scheduler/alerts/alert_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/alert/recipients.h"
#include "scheduler/alerts/covers.h"
#include "scheduler/alerts/on_call.h"
#include "scheduler/alerts/outbox_book.h"
#include "scheduler/storage/forecast_rows.h"

namespace tidemill {
namespace {

constexpr int kFeedAtOnce = 200;
constexpr int kDueAtOnce = 200;
constexpr int kMissedAtOnce = 200;  // dags

// Of an alert that nobody is to be told of: it is shown, and that is all.
EscalationPolicy shown_only() {
  EscalationPolicy policy;
  policy.steps.emplace_back();
  policy.digest_every = {};
  return policy;
}

std::string timeline_text(const AlertEffect& effect) {
  switch (effect.kind) {
    case AlertEffect::Kind::tell:
      return "";
    case AlertEffect::Kind::tell_taken:
    case AlertEffect::Kind::tell_ended:
      return "";  // the text of `cancel`, which comes with it
    case AlertEffect::Kind::cancel:
    case AlertEffect::Kind::digest:
    case AlertEffect::Kind::note:
      return effect.text;
  }
  return "";
}

class AlertTurn {
 public:
  AlertTurn(Database& database, PoliciesPtr policies, WallTime now)
      : database_(database), policies_(std::move(policies)), now_(now), covers_(database, now) {}

  Status apply(const KeyedAlertEvent& keyed, const std::string& policy);
  Status apply(AlertRow row, const AlertEvent& event);
  // Silences whose time has come. Before anything is applied.
  Status move_silences();
  Covers& covers() { return covers_; }
  void recheck_all() { all_ = true; }
  // Last of all: settles what is covered, or no longer, by what happened in this turn. The answer
  // holds the alerts that changed, as they are after all of it.
  Result<Json> finish();

 private:
  const EscalationPolicy& policy_of(const AlertRow& row) const;
  Status note_of_policy(const AlertRow& row, bool was_open);
  Result<AlertStep> advance(const AlertRow& row, const AlertEvent& event);
  Status settle();
  Status settle(AlertRow row);
  Json::Array changed() const;
  Status post(AlertRow& row, const std::vector<AlertEffect>& effects);

  Database& database_;
  const PoliciesPtr policies_;
  const EscalationPolicy shown_only_ = shown_only();
  WallTime now_;
  Covers covers_;
  bool all_ = false;            // silences changed: every alert is looked at again
  std::set<std::string> dags_;  // with alerts that began, ended or became something else
  std::map<std::int64_t, AlertRow> changed_;
};

Json::Array AlertTurn::changed() const {
  Json::Array list;
  for (const auto& [id, row] : changed_) {
    Json json;
    json.set("alert", id);
    json.set("dag", row.alert.key.dag);
    json.set("task", row.alert.key.task);
    json.set("state", to_word(row.alert.state));
    json.set("severity", to_word(row.alert.severity));
    json.set("what", row.what);
    json.set("count", static_cast<std::int64_t>(row.alert.count));
    json.set("raised_at", format_rfc3339(row.alert.raised_at));
    json.set("state_since", format_rfc3339(row.alert.state_since));
    list.push_back(std::move(json));
  }
  return list;
}

// What was never raised cannot recover, be repaired or be acknowledged.
Status AlertTurn::apply(const KeyedAlertEvent& keyed, const std::string& policy) {
  auto found = TRY(find_alert(database_, keyed.key));
  if (!found) {
    if (!std::holds_alternative<alert_event::Raise>(keyed.event)) return Ok{};
    found.emplace();
    found->alert.key = keyed.key;
  }
  if (!keyed.what.empty()) found->what = keyed.what;
  found->policy = policy;
  return apply(std::move(*found), keyed.event);
}

const EscalationPolicy& AlertTurn::policy_of(const AlertRow& row) const {
  const EscalationPolicy* found = policies_ == nullptr ? nullptr
                                                       : find_policy(*policies_, row.policy);
  return found == nullptr ? shown_only_ : *found;
}

// Whoever waits for a message should find out why another policy sends it, or none.
Status AlertTurn::note_of_policy(const AlertRow& row, bool was_open) {
  if (was_open || row.policy.empty() || policies_ == nullptr) return Ok{};
  const EscalationPolicy& used = policy_of(row);
  if (used.name == row.policy) return Ok{};
  return add_alert_event(
      database_, row.id, now_,
      fmt::format("the file of alerts has no policy {}, {}", row.policy,
                  used.name.empty() ? "and no default" : "so " + used.name + " is used"));
}

// What is covered is not told; whoever was told before still hears of the end.
Result<AlertStep> AlertTurn::advance(const AlertRow& row, const AlertEvent& event) {
  AlertStep step = advance_alert(row.alert, event, policy_of(row), now_);
  if (step.effects.empty()) return step;
  if (is_open(row.alert) != is_open(step.alert) || row.alert.facts != step.alert.facts) {
    dags_.insert(row.alert.key.dag);
  }
  if (step.alert.state != AlertState::firing) return step;
  const std::string why = TRY(covers_.why(step.alert));
  if (why.empty()) return step;
  const auto told = std::remove_if(
      step.effects.begin(), step.effects.end(),
      [](const AlertEffect& effect) { return effect.kind == AlertEffect::Kind::tell; });
  if (told != step.effects.end()) {
    const bool same_episode = is_open(row.alert) || step.alert.reopened > 0;
    step.alert.told = same_episode && row.alert.told;
    step.effects.erase(told, step.effects.end());
  }
  AlertStep covered = advance_alert(std::move(step.alert), alert_event::Cover{why}, policy_of(row),
                                    now_);
  step.alert = std::move(covered.alert);
  step.effects.insert(step.effects.end(), covered.effects.begin(), covered.effects.end());
  return step;
}

Status AlertTurn::move_silences() {
  if (TRY(covers_.move())) recheck_all();
  return Ok{};
}

Status AlertTurn::settle() {
  if (!all_ && dags_.empty()) return Ok{};
  std::vector<AlertRow> rows = TRY(read_alerts_in(database_, AlertState::suppressed));
  if (all_) {
    for (AlertRow& row : TRY(read_alerts_in(database_, AlertState::firing)))
      rows.push_back(std::move(row));
  } else {
    // What explains alerts of other dags is raised before they are.
    for (const std::string& dag : dags_) {
      for (AlertRow& row : TRY(read_open_alerts(database_, dag))) rows.push_back(std::move(row));
    }
  }
  for (AlertRow& row : rows) TRY(settle(std::move(row)));
  return Ok{};
}

Status AlertTurn::settle(AlertRow row) {
  const bool covered = row.alert.state == AlertState::suppressed;
  if (!covered && row.alert.state != AlertState::firing) return Ok{};
  const auto applied = changed_.find(row.id);
  if (applied != changed_.end() && applied->second.alert.state != row.alert.state) return Ok{};
  const std::string why = TRY(covers_.why(row.alert));
  if (covered != why.empty()) return Ok{};
  if (covered) return apply(std::move(row), alert_event::Uncover{});
  return apply(std::move(row), alert_event::Cover{why});
}

// A step that reaches nobody is not waited for.
Status AlertTurn::post(AlertRow& row, const std::vector<AlertEffect>& effects) {
  const bool reached = TRY(post_effects(database_, row, effects, policies_, policy_of(row), now_));
  if (reached || row.alert.timer != AlertTimer::escalate) return Ok{};
  row.alert.due_at = now_;
  return write_alert(database_, row);
}

Status AlertTurn::apply(AlertRow row, const AlertEvent& event) {
  const bool was_open = is_open(row.alert);
  AlertStep step = TRY(advance(row, event));
  if (step.effects.empty()) return Ok{};
  row.alert = std::move(step.alert);
  TRY(write_alert(database_, row));
  const bool raised = std::holds_alternative<alert_event::Raise>(event);
  for (const AlertEffect& effect : step.effects) {
    std::string text = timeline_text(effect);
    if (text.empty()) continue;
    if (raised) text = with_detail(std::move(text), row.what);
    TRY(add_alert_event(database_, row.id, now_, text));
  }
  if (raised) TRY(note_of_policy(row, was_open));
  TRY(post(row, step.effects));
  changed_[row.id] = std::move(row);
  return Ok{};
}

Result<Json> AlertTurn::finish() {
  TRY(settle());
  Json answer;
  answer.set("alerts", changed());
  return answer;
}

Result<AlertTurn> begin_turn(Database& database, const PoliciesPtr& policies, WallTime now) {
  return AlertTurn(database, TRY(with_overrides(database, policies, now)), now);
}

AlertRules rules_of(const AlertSpec& spec) {
  AlertRules rules;
  rules.severity = alert_severity_from(spec.severity).value_or(AlertSeverity::error);
  if (!spec.declared) return rules;
  const auto has = [&spec](std::string_view word) {
    return std::find(spec.on.begin(), spec.on.end(), word) != spec.on.end();
  };
  rules.failure = has("failure");
  rules.deadline = has("deadline");
  return rules;
}

// A version that cannot be read any more is no reason to keep quiet.
AlertSpec spec_of(const RunSource& version, const LoadVersion& load) {
  const auto dag = load(version);
  return dag.ok() ? (*dag)->alerts : AlertSpec();
}

Result<std::vector<Alert>> open_alerts(Database& database, const std::string& dag) {
  std::vector<Alert> open;
  for (AlertRow& row : TRY(read_open_alerts(database, dag))) open.push_back(std::move(row.alert));
  return open;
}

bool is_interesting(const RunNews& news, const std::vector<Alert>& open) {
  return !open.empty() || news.kind != RunNews::Kind::ended || news.state == RunState::failed;
}

Status take_run(Database& database, const AlertFeedRow& feed, const LoadVersion& load,
                AlertTurn& turn) {
  const auto news = TRY(read_run_news(database, feed));
  if (!news) return Ok{};
  const auto open = TRY(open_alerts(database, feed.dag));
  if (!is_interesting(*news, open)) return Ok{};
  const auto version = TRY(read_run_source(database, feed.run));
  if (!version) return Ok{};
  const AlertSpec spec = spec_of(*version, load);
  for (const KeyedAlertEvent& keyed : alerts_of(*news, rules_of(spec), open)) {
    TRY(turn.apply(keyed, spec.policy));
  }
  return Ok{};
}

// Of the same run, when it is about one.
Result<bool> is_told(Database& database, const AlertKey& key, const alert_event::Raise& raise) {
  const auto found = TRY(find_alert(database, key));
  if (!found || !is_open(found->alert)) return false;
  const auto& facts = found->alert.facts;
  return std::find(facts.begin(), facts.end(), raise.fact) != facts.end() &&
         found->alert.last_run >= raise.run;
}

// By the version that ran last: what counts is what its author says of alerts.
Status take_missed(Database& database, const MissedInstants& missed, const LoadVersion& load,
                   AlertTurn& turn) {
  const std::int64_t newest = TRY(newest_run_of(database, missed.dag));
  const auto version = TRY(read_run_source(database, newest));
  const AlertSpec spec = version ? spec_of(*version, load) : AlertSpec();
  const auto keyed = alert_of_missed(missed.dag, missed.count, missed.first, missed.last,
                                     missed.reason, rules_of(spec));
  return keyed ? turn.apply(*keyed, spec.policy) : Status(Ok{});
}

Result<bool> take_all_missed(Database& database, const LoadVersion& load, AlertTurn& turn) {
  const auto all = TRY(read_missed(database, kMissedAtOnce));
  for (const MissedInstants& missed : all) {
    TRY(take_missed(database, missed, load, turn));
    TRY(drop_missed(database, missed));
  }
  return std::ssize(all) == kMissedAtOnce;
}

Status take_file(Database& database, const AlertFeedRow& feed, AlertTurn& turn) {
  const auto file = TRY(read_file_news(database, feed.dag));
  if (!file) return Ok{};
  return turn.apply(alert_of_file(feed.dag, file->broken, file->finding), "");
}

// Of timers and of silences.
Result<std::optional<WallTime>> next_due(Database& database) {
  const auto alert = TRY(next_alert_due(database));
  const auto silence = TRY(next_silence_due(database));
  if (!alert || !silence) return alert ? alert : silence;
  return std::optional(std::min(*alert, *silence));
}

}  // namespace

Result<Json> turn_alerts(Database& database, const LoadVersion& load, const PoliciesPtr& policies,
                         WallTime now) {
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  TRY(turn.move_silences());
  const auto feed = TRY(read_alert_feed(database, kFeedAtOnce));
  for (const AlertFeedRow& row : feed) {
    if (row.kind == "dag") {
      TRY(take_file(database, row, turn));
    } else {
      TRY(take_run(database, row, load, turn));
    }
  }
  if (!feed.empty()) TRY(drop_alert_feed(database, feed.back().seq));
  const bool more_missed = TRY(take_all_missed(database, load, turn));
  const auto due = TRY(read_due_alerts(database, now, kDueAtOnce));
  for (const AlertRow& row : due) TRY(turn.apply(row, alert_event::Wake{}));
  Json answer = TRY(turn.finish());
  const auto next = TRY(next_due(database));
  answer.set("more", feed.size() == kFeedAtOnce || due.size() == kDueAtOnce || more_missed);
  answer.set("due_us", next ? next->us : 0);
  return answer;
}

Result<Json> tell_troubles(Database& database, const std::vector<TroubleNews>& news,
                           const PoliciesPtr& policies, WallTime now) {
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  for (const TroubleNews& one : news) {
    const auto* raise = std::get_if<alert_event::Raise>(&one.told.event);
    if (raise != nullptr && TRY(is_told(database, one.told.key, *raise))) continue;
    TRY(turn.apply(one.told, one.policy));
  }
  return turn.finish();
}

Result<Json> tell_forecasts(Database& database, const std::vector<RunForecast>& news,
                            const LoadVersion& load, const PoliciesPtr& policies, WallTime now) {
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  for (const RunForecast& one : news) {
    const RunId run{static_cast<std::int64_t>(one.run)};
    const auto version = TRY(read_run_source(database, run.value));
    if (!version || !TRY(is_unfinished(database, run))) continue;
    const AlertSpec spec = spec_of(*version, load);
    const auto open = TRY(open_alerts(database, one.dag));
    const auto keyed = alert_of_forecast(one, rules_of(spec), open);
    if (!keyed) continue;
    const auto& raise = std::get<alert_event::Raise>(keyed->event);
    if (!TRY(is_told(database, keyed->key, raise))) TRY(turn.apply(*keyed, spec.policy));
  }
  return turn.finish();
}

Result<Json> tell_alert(Database& database, std::int64_t id, const AlertEvent& event,
                        const PoliciesPtr& policies, WallTime now) {
  auto row = TRY(read_alert(database, id));
  if (!row) return not_found(fmt::format("there is no alert {}", id));
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  TRY(turn.apply(std::move(*row), event));
  return turn.finish();
}

Json no_alert_changed() {
  Json answer;
  answer.set("alerts", Json::Array());
  return answer;
}

Result<Json> tell_keyed_alerts(Database& database, const std::vector<KeyedAlertEvent>& events,
                               const PoliciesPtr& policies, WallTime now) {
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  for (const KeyedAlertEvent& keyed : events) TRY(turn.apply(keyed, ""));
  return turn.finish();
}

Result<Json> silence_alerts(Database& database, SilenceRow row, const PoliciesPtr& policies,
                            WallTime now) {
  row.state = row.silence.starts_at <= now ? SilenceRow::State::active : SilenceRow::State::waiting;
  TRY(add_silence(database, row));
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  turn.recheck_all();
  Json answer = TRY(turn.finish());
  answer.set("silence", row.id);
  return answer;
}

Result<Json> unsilence_alerts(Database& database, std::int64_t id, const std::string& by,
                              const PoliciesPtr& policies, WallTime now) {
  const auto row = TRY(read_silence(database, id));
  if (!row) return not_found(fmt::format("there is no silence {}", id));
  if (row->state == SilenceRow::State::over) {
    return conflict(fmt::format("silence {} was over at {}", id, format_rfc3339(row->ended_at)));
  }
  AlertTurn turn = TRY(begin_turn(database, policies, now));
  TRY(turn.covers().end(*row, by));
  turn.recheck_all();
  Json answer = TRY(turn.finish());
  answer.set("silence", id);
  return answer;
}

}  // namespace tidemill
