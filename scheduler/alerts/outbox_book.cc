#include "scheduler/alerts/outbox_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "core/alert/grouping.h"

namespace tidemill {
namespace {

constexpr int kCopiesAtOnce = 500;
constexpr int kToldTogether = 200;

const AlertChannel* channel_named(const PoliciesPtr& policies, const std::string& name) {
  return policies == nullptr ? nullptr : find_channel(*policies, name);
}

// These keep a state of their own: they hear of an end also when it is not certain that they heard
// of the beginning. What they do not know they pass over.
bool keeps_state(const PoliciesPtr& policies, const std::string& name) {
  const AlertChannel* channel = channel_named(policies, name);
  return channel != nullptr && (std::holds_alternative<PagerDutyChannel>(channel->kind) ||
                                std::holds_alternative<AlertmanagerChannel>(channel->kind));
}

class Post {
 public:
  Post(Database& database, const AlertRow& alert, const PoliciesPtr& policies, Duration group_wait,
       WallTime now)
      : database_(database),
        alert_(alert),
        policies_(policies),
        group_wait_(group_wait),
        now_(now) {}

  Status add(MessageKind kind, const Recipient& to, const std::string& text, std::uint32_t step = 0,
             std::uint32_t round = 0) {
    OutboxRow row;
    row.alert = alert_.id;
    row.episode = alert_.alert.raised_at;
    row.kind = kind;
    row.channel = to.channel;
    row.person = to.person;
    row.step = step;
    row.round = round;
    row.severity = alert_.alert.severity;
    row.text = text;
    row.due_at = row.created_at = now_;
    if (group_wait_ > Duration::zero() && !keeps_state(policies_, to.channel)) TRY(join(row));
    return add_message(database_, row);
  }

  // Whoever was told of it. Of those of whom that is not certain, channels with a state.
  Status add_to_told(MessageKind kind, const std::string& text) {
    for (const ToldRow& told : TRY(read_told(database_, alert_.id, alert_.alert.raised_at))) {
      if (!told.sent && (kind == MessageKind::digest || !keeps_state(policies_, told.channel))) {
        continue;
      }
      TRY(add(kind, {told.channel, told.person}, text));
    }
    return Ok{};
  }

 private:
  // Alerts about Tidemill itself have nothing in common.
  Status join(OutboxRow& row) {
    row.dag = alert_.alert.key.dag;
    if (row.dag.empty()) return Ok{};
    const auto last = TRY(read_group_neighbour(database_, row, now_));
    std::optional<GroupNeighbour> neighbour;
    if (last) {
      const bool is_held = last->state == OutboxState::pending && last->tries == 0;
      neighbour = GroupNeighbour{last->due_at, is_held, last->severity};
    }
    const GroupPlace place = place_in_group(neighbour, row.severity, group_wait_, now_);
    row.due_at = place.due_at;
    if (place.joins) row.bundle = last->bundle == 0 ? last->id : last->bundle;
    return Ok{};
  }

  Database& database_;
  const AlertRow& alert_;
  const PoliciesPtr& policies_;
  Duration group_wait_;
  WallTime now_;
};

Result<OutboxResult> result_of(const OutboxRow& row, const DeliveryOutcome& outcome, WallTime now) {
  OutboxResult result;
  result.at = now;
  result.error = outcome.error;
  const bool once = row.kind == MessageKind::canary || row.kind == MessageKind::test;
  if (outcome.kind == DeliveryOutcome::Kind::sent) return result;
  if (outcome.kind != DeliveryOutcome::Kind::retry || once) {
    result.state = OutboxState::dead;
    return result;
  }
  const Duration wait = std::max(outcome.wait, retry_delay(row.key, row.tries + 1));
  result.due_at = now + wait;
  const bool over = result.due_at > row.created_at + kGiveUpAfter;
  result.state = over ? OutboxState::dead : OutboxState::pending;
  if (over) result.error += "; given up after " + format_duration(now - row.created_at);
  return result;
}

std::string whom(const OutboxRow& row) {
  return row.person.empty() ? row.channel : fmt::format("{} by {}", row.person, row.channel);
}

Status tell_timeline(Database& database, const OutboxRow& row, const OutboxResult& result,
                     WallTime now) {
  if (row.alert == 0 || row.kind != MessageKind::tell) return Ok{};
  if (result.state == OutboxState::sent) {
    return add_alert_event(database, row.alert, now, "told " + whom(row));
  }
  if (result.state == OutboxState::pending && row.tries > 0) return Ok{};
  const std::string_view verb = result.state == OutboxState::dead ? "could not tell"
                                                                  : "could not tell yet";
  return add_alert_event(database, row.alert, now,
                         with_detail(fmt::format("{} {}", verb, whom(row)), result.error));
}

// It was under way when somebody took the alert or it ended: this recipient hears of that as well,
// who may have been left out as one that was not told.
Status follow_up(Database& database, const OutboxRow& row, WallTime now) {
  const auto alert = TRY(read_alert(database, row.alert));
  if (!alert || row.kind != MessageKind::tell || alert->alert.raised_at != row.episode) return Ok{};
  const AlertState state = alert->alert.state;
  if (state == AlertState::firing || state == AlertState::suppressed) return Ok{};
  const bool over = state == AlertState::resolved;
  const MessageKind kind = over ? MessageKind::ended : MessageKind::taken;
  if (TRY(hears_later(database, row, kind))) return Ok{};
  Post post(database, *alert, nullptr, Duration::zero(), now);
  return post.add(kind, {row.channel, row.person},
                  over ? "it is over" : alert->alert.by + " takes care of it");
}

Status copy_to(Database& database, const std::string& fallback, const OutboxRow& row,
               WallTime now) {
  OutboxRow copy = row;
  copy.channel = fallback;
  copy.copy_of = row.id;
  if (copy.bundle == 0) copy.bundle = row.id;  // what was to go out together still does
  copy.due_at = copy.created_at = now;
  TRY(add_message(database, copy));
  return mark_copied(database, row.id);
}

// Everything that waits for this channel goes to its fallback as well, and this one in any case.
Status use_fallback(Database& database, const PoliciesPtr& policies, const OutboxRow& row,
                    bool cancelled, WallTime now) {
  const AlertChannel* channel = channel_named(policies, row.channel);
  if (channel == nullptr || channel->fallback.empty()) return Ok{};
  if (row.alert != 0 && !row.copied && row.copy_of == 0 && !cancelled) {
    TRY(copy_to(database, channel->fallback, row, now));
  }
  for (const OutboxRow& other : TRY(read_uncopied(database, row.channel, kCopiesAtOnce))) {
    if (other.id != row.id) TRY(copy_to(database, channel->fallback, other, now));
  }
  return Ok{};
}

Result<ChannelNews> note_success(Database& database, ChannelRow channel, WallTime now) {
  ChannelNews news;
  if (channel.failing_since.us != 0 || channel.disabled) news.kind = ChannelNews::Kind::works;
  channel.failing_since = {};
  channel.disabled = false;
  channel.last_success = now;
  TRY(write_channel(database, channel));
  return news;
}

struct Failure {
  ChannelNews news;
  bool long_since = false;
};

Result<Failure> note_failure(Database& database, ChannelRow channel, const OutboxResult& result,
                             bool gone, WallTime now) {
  Failure failure;
  const WallTime last = channel.last_failure;
  if (channel.failing_since.us == 0) channel.failing_since = now;
  const WallTime long_at = channel.failing_since + kFailingLong;
  failure.long_since = now >= long_at;
  const bool just_now = failure.long_since && last < long_at;
  if (just_now || (gone && !channel.disabled) || result.state == OutboxState::dead) {
    failure.news = {ChannelNews::Kind::failing,
                    with_detail("messages do not get through " + channel.channel, result.error)};
  }
  channel.disabled = channel.disabled || gone;
  channel.last_failure = now;
  channel.last_error = result.error;
  TRY(write_channel(database, channel));
  return failure;
}

}  // namespace

AlertKey channel_alert_key(const std::string& channel) { return {"", "", "delivery:" + channel}; }

Result<bool> post_effects(Database& database, const AlertRow& row,
                          const std::vector<AlertEffect>& effects, const PoliciesPtr& policies,
                          const EscalationPolicy& policy, WallTime now) {
  Post post(database, row, policies, policy.group_wait, now);
  bool told = false, silent = false;
  for (const AlertEffect& effect : effects) {
    switch (effect.kind) {
      case AlertEffect::Kind::tell: {
        CHECK(policies != nullptr);  // without a file no step has anybody to tell
        // It just fired, maybe again: what was still to be said of before is old.
        if (!told && !silent && row.alert.state_since == now) {
          TRY(cancel_messages(database, row.id, "raised again before it was sent"));
        }
        const Reached reached = reach(*policies, policy, effect.step, now);
        if (!reached.note.empty()) TRY(add_alert_event(database, row.id, now, reached.note));
        for (const Recipient& to : reached.who) {
          TRY(post.add(MessageKind::tell, to, "", effect.step, effect.round));
        }
        (reached.who.empty() ? silent : told) = true;
        break;
      }
      case AlertEffect::Kind::cancel:
        TRY(cancel_messages(database, row.id, effect.text));
        break;
      case AlertEffect::Kind::tell_taken:
        TRY(post.add_to_told(MessageKind::taken, effect.text));
        break;
      case AlertEffect::Kind::tell_ended:
        TRY(post.add_to_told(MessageKind::ended, effect.text));
        break;
      case AlertEffect::Kind::digest:
        TRY(post.add_to_told(MessageKind::digest, effect.text));
        break;
      case AlertEffect::Kind::note:
        break;
    }
  }
  return told || !silent;
}

Result<ChannelNews> record_try(Database& database, const OutboxRow& taken,
                               const DeliveryOutcome& outcome, const PoliciesPtr& policies,
                               WallTime now) {
  const auto found = TRY(read_message(database, taken.id));
  if (!found) return ChannelNews();
  const OutboxRow& row = *found;
  const bool cancelled = row.state != OutboxState::pending;
  OutboxResult result = TRY(result_of(row, outcome, now));
  result.sent_as = taken.sent_as;
  TRY(write_result(database, row, result));
  TRY(tell_timeline(database, row, result, now));
  ChannelRow channel = TRY(read_channel(database, row.channel));
  if (result.state == OutboxState::sent) {
    if (cancelled) TRY(follow_up(database, row, now));
    return note_success(database, std::move(channel), now);
  }
  const bool gone = outcome.kind == DeliveryOutcome::Kind::gone;
  const Failure failure = TRY(note_failure(database, std::move(channel), result, gone, now));
  if (failure.long_since || gone || result.state == OutboxState::dead) {
    TRY(use_fallback(database, policies, row, cancelled, now));
  }
  return failure.news;
}

// Others may have joined or been cancelled since the last try: what is told is then another
// message.
Result<std::optional<Bundle>> bundle_of(Database& database, const OutboxRow& due) {
  Bundle bundle{TRY(read_bundle(database, due, kToldTogether)), ""};
  if (bundle.rows.empty()) return std::optional<Bundle>();
  bundle.key = bundle.rows.front().key;
  if (bundle.rows.size() == 1) return std::optional(std::move(bundle));
  std::string keys;
  for (const OutboxRow& row : bundle.rows) keys += row.key;
  bundle.key = sha256_hex(keys).substr(0, 24);
  for (OutboxRow& row : bundle.rows) row.sent_as = bundle.key;
  return std::optional(std::move(bundle));
}

Result<ChannelNews> record_tries(Database& database, const Bundle& taken,
                                 const DeliveryOutcome& outcome, const PoliciesPtr& policies,
                                 WallTime now) {
  ChannelNews news;
  for (const OutboxRow& row : taken.rows) {
    const ChannelNews of_row = TRY(record_try(database, row, outcome, policies, now));
    if (of_row.kind != ChannelNews::Kind::none) news = of_row;
  }
  return news;
}

}  // namespace tidemill
