#include "scheduler/storage/outbox_rows.h"

#include <fmt/format.h>

#include <array>

#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 5> kOutboxStates = {"pending", "sent", "dead", "cancelled",
                                                           "dropped"};
constexpr const char* kMessageColumns =
    "message_id, key, alert_id, episode, kind, channel, person, step, round, severity, text, state,"
    " tries, due_at, created_at, sent_at, last_error, copy_of, copied, tapped_at,"
    " dag, bundle, sent_as";

// A message is not held for others any longer.
constexpr Duration kLongestGroup = std::chrono::hours(1);

// Events that came in are told again for two days at most.
constexpr Duration kEventsKept = std::chrono::hours(24 * 4);

Status read_words(const Statement& s, OutboxRow& row) {
  const auto kind = message_kind_from(s.text(4));
  const auto severity = alert_severity_from(s.text(9));
  const auto state = value_in<OutboxState>(kOutboxStates, s.text(11));
  if (!kind || !severity || !state) {
    return damaged(s.path(), fmt::format("message {} has a word nobody knows", row.id));
  }
  row.kind = *kind;
  row.severity = *severity;
  row.state = *state;
  return Ok{};
}

Result<OutboxRow> read_message_row(const Statement& s) {
  OutboxRow row;
  row.id = s.integer(0);
  row.key = s.text(1);
  row.alert = s.integer(2);
  row.episode = {s.integer(3)};
  TRY(read_words(s, row));
  row.channel = s.text(5);
  row.person = s.text(6);
  row.step = s.small(7);
  row.round = s.small(8);
  row.text = s.text(10);
  row.tries = s.small(12);
  row.due_at = {s.integer(13)};
  row.created_at = {s.integer(14)};
  row.sent_at = {s.integer(15)};
  row.last_error = s.text(16);
  row.copy_of = s.integer(17);
  row.copied = s.integer(18) != 0;
  row.tapped_at = {s.integer(19)};
  row.dag = s.text(20);
  row.bundle = s.integer(21);
  row.sent_as = s.text(22);
  return row;
}

Result<Statement> select_messages(Database& database, const std::string& rest) {
  return database.prepare(fmt::format("SELECT {} FROM outbox {}", kMessageColumns, rest));
}

}  // namespace

std::string_view to_word(OutboxState state) { return word_in(kOutboxStates, state); }

Status add_message(Database& database, OutboxRow& row) {
  Statement put = TRY(database.prepare(
      "INSERT INTO outbox (alert_id, episode, kind, channel, person, step, round, severity, text,"
      " due_at, created_at, copy_of, dag, bundle)"
      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING message_id"));
  put.bind(row.alert, row.episode.us, to_word(row.kind), row.channel, row.person, row.step,
           row.round, to_word(row.severity), row.text, row.due_at.us, row.created_at.us,
           row.copy_of, row.dag, row.bundle);
  if (!TRY(put.step())) return damaged(put.path(), "a message was stored without an id");
  row.id = put.integer(0);
  return put.run();
}

Result<std::optional<OutboxRow>> read_message(Database& database, std::int64_t id) {
  Statement row = TRY(select_messages(database, "WHERE message_id = ?"));
  return one_row<OutboxRow>(row.bind(id), read_message_row);
}

Result<std::vector<OutboxRow>> read_messages_of_alert(Database& database, std::int64_t alert,
                                                      int limit) {
  Statement rows = TRY(
      select_messages(database, "WHERE alert_id = ? ORDER BY message_id DESC LIMIT ?"));
  rows.bind(alert, limit);
  return all_rows<OutboxRow>(rows, read_message_row);
}

// The earliest due of each channel; of several, the one that was written first.
Result<std::vector<OutboxRow>> read_due_messages(Database& database, WallTime now, int limit) {
  Statement rows = TRY(select_messages(
      database,
      "WHERE message_id IN (SELECT message_id FROM (SELECT message_id, row_number() OVER"
      " (PARTITION BY channel ORDER BY due_at, message_id) AS place FROM outbox"
      " WHERE state = 'pending' AND due_at <= ?) WHERE place = 1)"
      " ORDER BY due_at, message_id LIMIT ?"));
  rows.bind(now.us, limit);
  return all_rows<OutboxRow>(rows, read_message_row);
}

Result<std::optional<WallTime>> next_message_due(Database& database, WallTime after) {
  Statement row = TRY(
      database.prepare("SELECT min(due_at) FROM outbox WHERE state = 'pending' AND due_at > ?"));
  row.bind(after.us);
  if (!TRY(row.step()) || row.is_null(0)) return std::optional<WallTime>();
  return std::optional<WallTime>(WallTime{row.integer(0)});
}

Result<std::optional<OutboxRow>> read_group_neighbour(Database& database, const OutboxRow& row,
                                                      WallTime now) {
  Statement last = TRY(select_messages(
      database,
      "WHERE channel = ? AND dag = ? AND kind = ? AND person = ? AND alert_id <> ?"
      " AND dag <> '' AND state IN ('pending', 'sent') AND copy_of = 0 AND due_at >= ?"
      " ORDER BY state = 'pending' AND tries = 0 AND due_at > ? DESC, due_at DESC, message_id DESC"
      " LIMIT 1"));
  last.bind(row.channel, row.dag, to_word(row.kind), row.person, row.alert,
            (now - kLongestGroup).us, now.us);
  return one_row<OutboxRow>(last, read_message_row);
}

// Few are pending at a time, and many of a channel are not.
Result<std::vector<OutboxRow>> read_bundle(Database& database, const OutboxRow& row, int limit) {
  const std::int64_t leader = row.bundle == 0 ? row.id : row.bundle;
  Statement rows = TRY(select_messages(
      database,
      "WHERE state = 'pending' AND (message_id = ?1 OR message_id = ?2 OR bundle = ?2)"
      " AND +channel = ?3 AND person = ?4 AND +kind = ?5 ORDER BY message_id LIMIT ?6"));
  rows.bind(row.id, leader, row.channel, row.person, to_word(row.kind), limit);
  return all_rows<OutboxRow>(rows, read_message_row);
}

Result<std::vector<OutboxRow>> read_told_together(Database& database, const OutboxRow& row) {
  if (row.sent_as.empty()) return std::vector<OutboxRow>();
  Statement rows = TRY(select_messages(
      database,
      "WHERE sent_as = ? AND sent_as <> '' AND message_id <> ? AND channel = ? AND person = ?"));
  rows.bind(row.sent_as, row.id, row.channel, row.person);
  return all_rows<OutboxRow>(rows, read_message_row);
}

Result<std::vector<OutboxRow>> read_going_on(Database& database, const std::string& channel,
                                             int limit) {
  Statement rows = TRY(select_messages(
      database,
      "WHERE message_id IN (SELECT max(o.message_id) FROM alerts a JOIN outbox o"
      " ON o.alert_id = a.alert_id AND o.episode = a.raised_at AND o.channel = ?"
      " WHERE a.state <> 'resolved' AND o.kind = 'tell' AND o.sent_at <> 0 GROUP BY a.alert_id)"
      " ORDER BY message_id DESC LIMIT ?"));
  rows.bind(channel, limit);
  return all_rows<OutboxRow>(rows, read_message_row);
}

Status cancel_messages(Database& database, std::int64_t alert, const std::string& why) {
  Statement stop = TRY(
      database.prepare("UPDATE outbox SET state = 'cancelled', last_error = ? WHERE alert_id = ?"
                       " AND state = 'pending'"));
  return stop.bind(why, alert).run();
}

Status write_result(Database& database, const OutboxRow& row, const OutboxResult& result) {
  Statement put = TRY(database.prepare(
      "UPDATE outbox SET tries = tries + 1,"
      " state = CASE state WHEN 'pending' THEN ?1 ELSE state END,"
      " sent_at = CASE ?2 WHEN 1 THEN ?3 ELSE sent_at END,"
      " due_at = CASE ?4 WHEN 0 THEN due_at ELSE ?4 END,"
      " sent_as = CASE ?2 WHEN 1 THEN ?7 ELSE sent_as END,"
      " last_error = CASE state WHEN 'pending' THEN ?5"
      "   ELSE last_error || CASE ?2 WHEN 1 THEN '; it was under way' ELSE '' END END"
      " WHERE message_id = ?6"));
  const bool sent = result.state == OutboxState::sent;
  return put
      .bind(to_word(result.state), sent, result.at.us, result.due_at.us, result.error, row.id,
            result.sent_as)
      .run();
}

Result<std::vector<ToldRow>> read_told(Database& database, std::int64_t alert, WallTime episode) {
  Statement rows = TRY(database.prepare(
      "SELECT channel, person, max(sent_at <> 0) FROM outbox WHERE alert_id = ? AND episode = ?"
      " AND kind = 'tell' GROUP BY channel, person ORDER BY min(message_id)"));
  rows.bind(alert, episode.us);
  std::vector<ToldRow> told;
  while (TRY(rows.step())) {
    told.push_back({rows.text(0), rows.text(1), rows.integer(2) != 0});
  }
  return told;
}

Result<bool> hears_later(Database& database, const OutboxRow& row, MessageKind kind) {
  Statement later = TRY(database.prepare(
      "SELECT 1 FROM outbox WHERE alert_id = ? AND episode = ? AND channel = ? AND person = ?"
      " AND message_id > ? AND kind = ? AND state IN ('pending', 'sent') LIMIT 1"));
  later.bind(row.alert, row.episode.us, row.channel, row.person, row.id, to_word(kind));
  return TRY(later.step());
}

Result<std::string> read_thread_key(Database& database, const OutboxRow& row) {
  if (row.alert == 0) return row.key;
  Statement first = TRY(
      database.prepare("SELECT CASE sent_as WHEN '' THEN key ELSE sent_as END FROM outbox"
                       " WHERE alert_id = ? AND episode = ? AND channel = ? AND person = ?"
                       " ORDER BY message_id LIMIT 1"));
  first.bind(row.alert, row.episode.us, row.channel, row.person);
  return TRY(first.step()) ? first.text(0) : row.key;
}

Status mark_tapped(Database& database, std::int64_t id, WallTime now) {
  Statement put = TRY(
      database.prepare("UPDATE outbox SET tapped_at = ? WHERE message_id = ? AND tapped_at = 0"));
  return put.bind(now.us, id).run();
}

Result<ChannelRow> read_channel(Database& database, const std::string& channel) {
  Statement row = TRY(database.prepare(
      "SELECT failing_since, disabled, last_success, last_failure, last_error FROM channel_states"
      " WHERE channel = ?"));
  row.bind(channel);
  ChannelRow found;
  found.channel = channel;
  if (!TRY(row.step())) return found;
  found.failing_since = {row.integer(0)};
  found.disabled = row.integer(1) != 0;
  found.last_success = {row.integer(2)};
  found.last_failure = {row.integer(3)};
  found.last_error = row.text(4);
  return found;
}

Status write_channel(Database& database, const ChannelRow& row) {
  Statement put = TRY(database.prepare(
      "INSERT INTO channel_states VALUES (?,?,?,?,?,?) ON CONFLICT (channel) DO UPDATE SET"
      " failing_since = excluded.failing_since, disabled = excluded.disabled,"
      " last_success = excluded.last_success, last_failure = excluded.last_failure,"
      " last_error = excluded.last_error"));
  return put
      .bind(row.channel, row.failing_since.us, row.disabled, row.last_success.us,
            row.last_failure.us, row.last_error)
      .run();
}

// A copy is not copied on: channels may be each other's fallback.
Result<std::vector<OutboxRow>> read_uncopied(Database& database, const std::string& channel,
                                             int limit) {
  Statement rows = TRY(select_messages(
      database,
      "WHERE channel = ? AND kind IN ('tell', 'taken', 'ended', 'digest') AND state = 'pending'"
      " AND copied = 0 AND copy_of = 0 ORDER BY message_id LIMIT ?"));
  rows.bind(channel, limit);
  return all_rows<OutboxRow>(rows, read_message_row);
}

Status mark_copied(Database& database, std::int64_t id) {
  Statement put = TRY(database.prepare("UPDATE outbox SET copied = 1 WHERE message_id = ?"));
  return put.bind(id).run();
}

Result<ChannelLoad> read_channel_load(Database& database, const std::string& channel) {
  Statement row = TRY(database.prepare(
      "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending' AND channel = ?1),"
      " (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state = 'pending' AND channel = ?1),"
      " (SELECT coalesce(max(created_at), 0) FROM outbox WHERE kind = 'canary' AND channel = ?1)"));
  row.bind(channel);
  ChannelLoad load;
  if (!TRY(row.step())) return load;
  load.pending = row.integer(0);
  load.oldest = {row.integer(1)};
  load.last_canary = {row.integer(2)};
  return load;
}

// The last try of a message is when it was due.
Result<DeliveryLoad> read_delivery_load(Database& database, WallTime dead_since) {
  Statement row = TRY(database.prepare(
      "SELECT (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state = 'pending'),"
      " (SELECT count(*) FROM outbox WHERE state = 'dead' AND due_at >= ? AND alert_id <> 0)"));
  row.bind(dead_since.us);
  DeliveryLoad load;
  if (TRY(row.step())) {
    load.oldest = {row.integer(0)};
    load.dead = row.integer(1);
  }
  Statement failing = TRY(database.prepare(
      "SELECT channel FROM channel_states WHERE failing_since <> 0 OR disabled ORDER BY channel"));
  while (TRY(failing.step())) load.failing.push_back(failing.text(0));
  return load;
}

Status drop_old_proofs(Database& database, WallTime before) {
  Statement drop = TRY(
      database.prepare("DELETE FROM outbox WHERE kind IN ('canary', 'test') AND state <> 'pending'"
                       " AND created_at < ?"));
  return drop.bind(before.us).run();
}

Result<bool> take_event_in(Database& database, const std::string& source,
                           const std::string& event_id, WallTime now) {
  Statement old = TRY(database.prepare("DELETE FROM events_in WHERE at_us < ?"));
  TRY(old.bind((now - kEventsKept).us).run());
  Statement put = TRY(
      database.prepare("INSERT INTO events_in VALUES (?,?,?) ON CONFLICT DO NOTHING"));
  TRY(put.bind(source, event_id, now.us).run());
  return database.changed_rows() > 0;
}

}  // namespace tidemill
