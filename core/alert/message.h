// What is said about an alert to one recipient, before it takes the form of a service. Plain data.
// How it reads in words is decided here for all services, so that a phone, a chat and a mail say
// the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert/alert.h"

namespace tidemill {

enum class MessageKind : std::uint8_t { tell, taken, ended, digest, canary, test };
std::string_view to_word(MessageKind kind);
std::optional<MessageKind> message_kind_from(std::string_view word);

struct AlertMessage {
  MessageKind kind = MessageKind::tell;
  std::string id;      // the same however often it is sent; letters and digits
  std::string thread;  // id of the first message to this recipient about it; may be its own
  AlertKey key;
  AlertSeverity severity = AlertSeverity::error;
  std::string what;   // is wrong, a sentence; may hold anything
  std::string news;   // what became of it, for taken, ended and digest
  std::string story;  // all there is to tell, as alert_summary() gives it; may be empty
  std::uint64_t count = 1;
  WallTime at;         // of the message
  WallTime raised_at;  // of the alert
  // Empty = there is none.
  std::string alert_url, run_url, acknowledge_url, runbook_url;
  // Other alerts of the same DAG that it tells of, too; theirs are empty.
  std::vector<AlertMessage> others;
};

// Whether it is about something that is wrong now, and somebody shall act.
bool is_call(MessageKind kind);

// "critical: train of daily failed: exit code 3", in one line of at most `max_bytes`.
std::string message_title(const AlertMessage& message, std::size_t max_bytes);
// The news and the story; without a story what is wrong, where, since when and how often. Without
// links.
std::string message_text(const AlertMessage& message, std::size_t max_bytes);
// "train of daily", "daily", "the scheduler".
std::string scope_words(const AlertKey& key);

// Names the alert towards other services: "daily/train/exit", at most 255 bytes.
std::string dedup_key(const AlertKey& key);

// Valid UTF-8 without control characters but newlines, cut at a character with an ellipsis.
std::string plain_text(std::string_view text, std::size_t max_bytes);

}  // namespace tidemill
