// The outbox as rows: what is to be said to whom, what became of it, and how the channels are. On
// any connection; what writes, inside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/message.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

enum class OutboxState : std::uint8_t { pending, sent, dead, cancelled, dropped };
std::string_view to_word(OutboxState state);

struct OutboxRow {
  std::int64_t id = 0;  // 0 = not stored yet
  std::string key;      // the database makes it; letters and digits
  std::int64_t alert = 0;
  WallTime episode;  // raised_at of the alert
  MessageKind kind = MessageKind::tell;
  std::string channel, person;
  std::uint32_t step = 0, round = 0;
  AlertSeverity severity = AlertSeverity::error;
  std::string text;
  OutboxState state = OutboxState::pending;
  std::uint32_t tries = 0;
  WallTime due_at, created_at, sent_at;
  std::string last_error;
  std::int64_t copy_of = 0;
  bool copied = false;
  WallTime tapped_at;
  std::string dag;          // whose alerts it may be told together with; empty = it is told alone
  std::int64_t bundle = 0;  // id of the message that it goes out with; 0 = none, or it leads
  std::string sent_as;      // key of the message that told several; empty = its own
};

// Sets its id; key, state, tries and what follows from them are those of a new one.
Status add_message(Database& database, OutboxRow& row);
Result<std::optional<OutboxRow>> read_message(Database& database, std::int64_t id);
// Newest first. Of one alert, or of one channel.
Result<std::vector<OutboxRow>> read_messages_of_alert(Database& database, std::int64_t alert,
                                                      int limit);

// The one of each channel that is due first, at most `limit`.
Result<std::vector<OutboxRow>> read_due_messages(Database& database, WallTime now, int limit);
// Of those that are pending; none when nothing is. `after`: strictly.
Result<std::optional<WallTime>> next_message_due(Database& database, WallTime after);

// The newest message of this kind to this recipient about another alert of the same dag, one that
// waits for the time of its group before any other.
Result<std::optional<OutboxRow>> read_group_neighbour(Database& database, const OutboxRow& row,
                                                      WallTime now);
// What goes out together with a message, itself among them: as far as it is pending, by id, at most
// `limit`.
Result<std::vector<OutboxRow>> read_bundle(Database& database, const OutboxRow& row, int limit);
// What was told by the same message to the same recipient, without itself.
Result<std::vector<OutboxRow>> read_told_together(Database& database, const OutboxRow& row);
// By a channel: the newest message of each alert that still goes on, as far as it was sent.
Result<std::vector<OutboxRow>> read_going_on(Database& database, const std::string& channel,
                                             int limit);

// Of this alert, whatever is pending.
Status cancel_messages(Database& database, std::int64_t alert, const std::string& why);

// What a try came to. Changes nothing of a message that is no longer pending, but that it was under
// way: `was_cancelled` says so.
struct OutboxResult {
  OutboxState state = OutboxState::sent;  // pending = it is tried again at due_at
  WallTime at, due_at;
  std::string error;
  std::string sent_as;  // as in the row
};
Status write_result(Database& database, const OutboxRow& row, const OutboxResult& result);

// Whom the alert's messages of this episode went to, each once.
struct ToldRow {
  std::string channel, person;
  bool sent = false;  // for certain
};
Result<std::vector<ToldRow>> read_told(Database& database, std::int64_t alert, WallTime episode);
// Whether this recipient of the message has one of that kind after it, sent or pending.
Result<bool> hears_later(Database& database, const OutboxRow& row, MessageKind kind);
// The first message to this recipient in the episode, which the others answer to.
Result<std::string> read_thread_key(Database& database, const OutboxRow& row);

Status mark_tapped(Database& database, std::int64_t id, WallTime now);

struct ChannelRow {
  std::string channel;
  WallTime failing_since, last_success, last_failure;
  bool disabled = false;
  std::string last_error;
};
// A channel of which nothing is known yet is a row of zeros.
Result<ChannelRow> read_channel(Database& database, const std::string& channel);
Status write_channel(Database& database, const ChannelRow& row);
// Pending and dead messages of a channel that have no copy yet; oldest first.
Result<std::vector<OutboxRow>> read_uncopied(Database& database, const std::string& channel,
                                             int limit);
Status mark_copied(Database& database, std::int64_t id);
struct ChannelLoad {
  std::int64_t pending = 0;
  WallTime oldest;  // of the pending ones; 0 = there is none
  WallTime last_canary;
};
Result<ChannelLoad> read_channel_load(Database& database, const std::string& channel);
// Of all channels together.
struct DeliveryLoad {
  WallTime oldest;                   // of what is pending, when it was written; 0 = nothing is
  std::int64_t dead = 0;             // messages about alerts that were given up since then
  std::vector<std::string> failing;  // names of channels, whether they are in the file or not
};
Result<DeliveryLoad> read_delivery_load(Database& database, WallTime dead_since);
// Canaries and tests that are over, created before.
Status drop_old_proofs(Database& database, WallTime before);

// False when this event of this source was taken before.
Result<bool> take_event_in(Database& database, const std::string& source,
                           const std::string& event_id, WallTime now);

}  // namespace tidemill
