#include "scheduler/alerts/courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidemill {
namespace {

constexpr int kChannelsAtOnce = 200;
constexpr int kRemindedAtOnce = 500;
// The wall clock may jump while the courier sleeps.
constexpr Duration kLongestSleep = std::chrono::seconds(20);
constexpr Duration kAfterTrouble = std::chrono::seconds(5);
constexpr Duration kCheckInEvery = std::chrono::minutes(1);
constexpr Duration kProofsKept = std::chrono::hours(24 * 7);

// Something that the outbox may have grown by.
bool may_post(const Batch& batch) {
  return std::any_of(batch.operations.begin(), batch.operations.end(), [](const auto& operation) {
    const auto& outcome = operation->outcome;
    if (!outcome || !outcome->ok() || !(*outcome)->is_object()) return false;
    const Json* alerts = (*outcome)->find("alerts");
    return (alerts != nullptr && alerts->is_array() && !alerts->as_array().empty()) ||
           (*outcome)->find("outbox") != nullptr;
  });
}

// For the metrics: what the try came to, and how long the message was on its way.
Json notification(const OutboxRow& row, const DeliveryOutcome& outcome, WallTime now) {
  const bool sent = outcome.kind == DeliveryOutcome::Kind::sent;
  Json json;
  json.set("channel", row.channel);
  json.set("result", sent ? "sent" : "failed");
  if (sent) json.set("lag_us", std::max<std::int64_t>(0, (now - row.created_at).count()));
  return json;
}

OutboxRow canary(const std::string& channel, WallTime now) {
  OutboxRow row;
  row.kind = MessageKind::canary;
  row.channel = channel;
  row.severity = AlertSeverity::info;
  row.text = fmt::format("the channel {} of Tidemill works", channel);
  row.due_at = row.created_at = row.episode = now;
  return row;
}

}  // namespace

Courier::Courier(World world, Carriers::World carriers)
    : world_(std::move(world)),
      carriers_(std::in_place, std::move(carriers)),
      thread_([this] { work(); }) {}

Courier::~Courier() { stop(); }

void Courier::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  carriers_.reset();
}

void Courier::on_commit(const Batch& batch) {
  if (may_post(batch)) wake();
}

void Courier::wake() {
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  changed_.notify_all();
}

void Courier::work() {
  WallTime next{};
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const Duration sleep = std::clamp(next - system_now().wall, Duration::zero(), kLongestSleep);
      changed_.wait_for(lock, sleep, [this] { return ending_ || awake_; });
      if (ending_) return;
      awake_ = false;
    }
    const WallTime now = system_now().wall;
    send_check_in();
    const auto due = pass(now);
    next = due.ok() ? *due : now + kAfterTrouble;
    if (!due.ok()) world_.complain("messages cannot be sent: " + due.error().message);
  }
}

Result<WallTime> Courier::pass(WallTime now) {
  PoliciesPtr policies = world_.policies();
  if (policies == nullptr) policies = std::make_shared<const AlertPolicies>();
  auto reader = TRY(world_.readers.take());
  TRY(prove(*reader, *policies, now));
  check_in(policies->check_in_url, now);
  TRY(remind(*reader, *policies, now));
  for (const OutboxRow& row : TRY(read_due_messages(*reader, now, kChannelsAtOnce))) {
    {
      const std::lock_guard lock(mutex_);
      const auto paused = paused_.find(row.channel);
      if (ending_ || (paused != paused_.end() && paused->second > now)) continue;
      if (!busy_.insert(row.channel).second) continue;
    }
    if (const Status begun = begin(*reader, row, *policies); !begun.ok()) {
      recorded(row.channel, begun.error());
    }
  }
  WallTime next = TRY(next_message_due(*reader, now)).value_or(now + kLongestSleep);
  for (const auto& [channel, at] : remind_at_) next = std::min(next, std::max(at, now));
  return next;
}

// A canary through each channel, so that one that broke is known before it is needed.
Status Courier::prove(Database& database, const AlertPolicies& policies, WallTime now) {
  if (policies.canary_every <= Duration::zero()) return Ok{};
  for (const AlertChannel& channel : policies.channels) {
    const ChannelLoad load = TRY(read_channel_load(database, channel.name));
    if (now - load.last_canary < policies.canary_every && load.last_canary <= now) continue;
    {
      const std::lock_guard lock(mutex_);
      if (!proving_.insert(channel.name).second) continue;
    }
    Mutation mutation;
    mutation.store = [name = channel.name, now](Database& writer) -> Result<Json> {
      OutboxRow row = canary(name, now);
      TRY(drop_old_proofs(writer, now - kProofsKept));
      TRY(add_message(writer, row));
      Json answer;
      answer.set("outbox", row.id);
      return answer;
    };
    mutation.done = [this, name = channel.name](const Result<Json>& answer) {
      if (!answer.ok()) world_.complain("no canary for " + name + ": " + answer.error().message);
      const std::lock_guard lock(mutex_);
      proving_.erase(name);
    };
    world_.mutate(std::move(mutation));
  }
  return Ok{};
}

// Somebody elsewhere waits for this call, and calls people when it does not come. It is made when
// the loop turns and the database takes a transaction, and not otherwise.
void Courier::check_in(const std::string& url, WallTime now) {
  if (url.empty() || (now - checked_in_at_ < kCheckInEvery && checked_in_at_ <= now)) return;
  checked_in_at_ = now;
  Mutation mutation;
  mutation.store = [](Database& database) -> Result<Json> {
    Json answer;
    answer.set("pending", TRY(next_message_due(database, {})).has_value());
    return answer;
  };
  mutation.done = [this, url](const Result<Json>& answer) {
    if (!answer.ok()) return;
    const std::lock_guard lock(mutex_);
    check_in_now_ = url;
    awake_ = true;
    changed_.notify_all();
  };
  world_.mutate(std::move(mutation));
}

void Courier::send_check_in() {
  std::string url;
  {
    const std::lock_guard lock(mutex_);
    url = std::exchange(check_in_now_, "");
  }
  if (url.empty()) return;
  carriers_->ask(url, [this](const Result<int>& status) {
    const bool well = status.ok() && *status >= 200 && *status <= 299;
    if (!well) {
      world_.complain("the check-in was not taken: " +
                      (status.ok() ? fmt::format("HTTP {}", *status) : status.error().message));
    }
  });
}

// The words of a message are those of the alert as it is now.
Result<AlertMessage> Courier::compose(Database& database, const OutboxRow& row, Told told) {
  AlertMessage message;
  message.kind = row.kind;
  message.id = row.key;
  message.thread = TRY(read_thread_key(database, row));
  message.severity = row.severity;
  message.at = row.created_at;
  message.raised_at = row.episode;
  message.what = row.text;
  if (row.alert == 0) return message;
  const auto alert = TRY(read_alert(database, row.alert));
  if (!alert) return not_found(fmt::format("there is no alert {}", row.alert));
  message.key = alert->alert.key;
  message.what = alert->what;
  message.news = row.text;
  message.count = alert->alert.count;
  message.severity = alert->alert.severity;
  const std::string& base = world_.links.base();
  message.alert_url = fmt::format("{}/alerts/{}", base, row.alert);
  if (alert->alert.last_run != 0) {
    message.run_url = fmt::format("{}/runs/{}", base, alert->alert.last_run);
  }
  if (row.kind == MessageKind::tell || row.kind == MessageKind::digest) {
    message.acknowledge_url = world_.links.url(row);
    if (told == Told::all) message.story = world_.story(*alert);
  }
  return message;
}

// The words of the first, which has the story and the link, and a list of the others.
Result<AlertMessage> Courier::compose(Database& database, const Bundle& bundle) {
  AlertMessage message = TRY(compose(database, bundle.rows.front(), Told::all));
  if (bundle.rows.size() == 1) return message;
  if (message.thread == message.id) message.thread = bundle.key;
  message.id = bundle.key;
  for (std::size_t i = 1; i < bundle.rows.size(); ++i) {
    AlertMessage other = TRY(compose(database, bundle.rows[i], Told::without_story));
    message.severity = std::min(message.severity, other.severity);
    message.others.push_back(std::move(other));
  }
  return message;
}

Status Courier::begin(Database& database, const OutboxRow& row, const AlertPolicies& policies) {
  using Kind = DeliveryOutcome::Kind;
  const AlertChannel* channel = find_channel(policies, row.channel);
  if (channel == nullptr) {
    record({{row}, row.key}, {Kind::refused, "there is no channel of this name any more", {}});
    return Ok{};
  }
  const ChannelRow state = TRY(read_channel(database, row.channel));
  if (state.disabled && row.kind != MessageKind::test) {
    record({{row}, row.key},
           {Kind::refused,
            "its address is gone; put it right and send a test through the channel",
            {}});
    return Ok{};
  }
  const auto bundle = TRY(bundle_of(database, row));
  if (bundle) {
    const auto message = TRY(compose(database, *bundle));
    const auto still = TRY(bundle_of(database, row));
    if (still && still->key == bundle->key) {
      carriers_->carry(*channel, message, [this, bundle](const DeliveryOutcome& outcome) {
        record(*bundle, outcome);
      });
      return Ok{};
    }
  }
  const std::lock_guard lock(mutex_);
  busy_.erase(row.channel);
  awake_ = true;
  return Ok{};
}

// Everything that a channel was told of and that goes on, for those that would forget it. It is no
// news, so nothing of it is kept. The channel is busy meanwhile: an end comes after it.
Status Courier::remind(Database& database, const AlertPolicies& policies, WallTime now) {
  std::map<std::string, WallTime> next;
  for (const AlertChannel& channel : policies.channels) {
    const auto* manager = std::get_if<AlertmanagerChannel>(&channel.kind);
    if (manager == nullptr || manager->resend_every <= Duration::zero()) continue;
    WallTime& at = next[channel.name];
    const auto known = remind_at_.find(channel.name);
    at = known == remind_at_.end() ? now : std::min(known->second, now + manager->resend_every);
    if (at > now) continue;
    {
      const std::lock_guard lock(mutex_);
      if (ending_ || !busy_.insert(channel.name).second) {
        at = now + kAfterTrouble;
        continue;
      }
    }
    at = now + manager->resend_every;
    if (const Status begun = remind(database, channel); !begun.ok()) {
      recorded(channel.name, begun.error());
    }
  }
  remind_at_ = std::move(next);
  return Ok{};
}

Status Courier::remind(Database& database, const AlertChannel& channel) {
  Reminders& known = reminders_[channel.name];
  Reminders going_on;
  for (const OutboxRow& row : TRY(read_going_on(database, channel.name, kRemindedAtOnce))) {
    auto message = known.extract(row.id);
    if (message.empty()) {
      going_on.emplace(row.id, TRY(compose(database, row, Told::all)));
    } else {
      going_on.insert(std::move(message));
    }
  }
  known = std::move(going_on);
  if (known.empty()) {
    const std::lock_guard lock(mutex_);
    busy_.erase(channel.name);
    return Ok{};
  }
  // It goes on from now, however long ago it was told first.
  for (auto& [id, message] : known) message.at = system_now().wall;
  AlertMessage all = known.begin()->second;
  for (auto it = std::next(known.begin()); it != known.end(); ++it) {
    all.others.push_back(it->second);
  }
  carriers_->carry(channel, all, [this, name = channel.name](const DeliveryOutcome& outcome) {
    reminded(name, outcome);
  });
  return Ok{};
}

// Any thread. One that takes none is told of by messages and canaries; here it is said once.
void Courier::reminded(const std::string& channel, const DeliveryOutcome& outcome) {
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    busy_.erase(channel);
    awake_ = true;
    const bool took = outcome.kind == DeliveryOutcome::Kind::sent;
    is_news = took ? false : deaf_.insert(channel).second;
    if (took) deaf_.erase(channel);
  }
  changed_.notify_all();
  if (is_news) {
    world_.complain(
        fmt::format("{} is not told again of what goes on: {}", channel, outcome.error));
  }
}

// Any thread.
void Courier::record(const Bundle& bundle, const DeliveryOutcome& outcome) {
  const OutboxRow& first = bundle.rows.front();
  Mutation mutation;
  mutation.weight = bundle.rows.size();
  mutation.store = [bundle, outcome, policies = world_.policies(),
                    tell = world_.tell](Database& database) -> Result<Json> {
    const WallTime now = system_now().wall;
    const std::string& channel = bundle.rows.front().channel;
    const ChannelNews news = TRY(record_tries(database, bundle, outcome, policies, now));
    Json answer = TRY(tell(database, channel, news));
    answer.set("notification", notification(bundle.rows.front(), outcome, now));
    return answer;
  };
  mutation.done = [this, channel = first.channel](const Result<Json>& answer) {
    recorded(channel, answer);
  };
  world_.mutate(std::move(mutation));
}

// A result that cannot be stored leaves the message where it is: it is sent again, but not at once.
void Courier::recorded(const std::string& channel, const Result<Json>& answer) {
  if (!answer.ok()) {
    world_.complain(
        fmt::format("a message to {} is left for later: {}", channel, answer.error().message));
  }
  {
    const std::lock_guard lock(mutex_);
    busy_.erase(channel);
    paused_.erase(channel);
    if (!answer.ok()) paused_[channel] = system_now().wall + kAfterTrouble;
    awake_ = true;
  }
  changed_.notify_all();
}

}  // namespace tidemill
