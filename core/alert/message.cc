#include "core/alert/message.h"

#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 6> kKinds = {"tell",   "taken",  "ended",
                                                    "digest", "canary", "test"};
constexpr std::size_t kMaxDedupKey = 255;
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// What stands before the sentence.
std::string begin_of_title(const AlertMessage& message) {
  switch (message.kind) {
    case MessageKind::tell:
      return std::string(to_word(message.severity));
    case MessageKind::taken:
      return "taken";
    case MessageKind::ended:
      return "over";
    case MessageKind::digest:
      return "still " + std::string(to_word(message.severity));
    case MessageKind::canary:
      return "canary, nothing is wrong";
    case MessageKind::test:
      return "test, nothing is wrong";
  }
  return {};
}

}  // namespace

std::string_view to_word(MessageKind kind) { return word_in(kKinds, kind); }
std::optional<MessageKind> message_kind_from(std::string_view word) {
  return value_in<MessageKind>(kKinds, word);
}

bool is_call(MessageKind kind) {
  switch (kind) {
    case MessageKind::tell:
    case MessageKind::digest:
    case MessageKind::test:
      return true;
    case MessageKind::taken:
    case MessageKind::ended:
    case MessageKind::canary:
      return false;
  }
  return false;
}

std::string plain_text(std::string_view text, std::size_t max_bytes) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    std::string_view piece = length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (piece.size() == 1 && piece[0] != '\n' && is_control(piece[0])) piece = " ";
    if (plain.size() + piece.size() > max_bytes) {
      while (plain.size() + kEllipsis.size() > max_bytes) plain.pop_back();
      while (find_invalid_utf8(plain)) plain.pop_back();
      return plain + std::string(kEllipsis);
    }
    plain += piece;
  }
  return plain;
}

std::string message_title(const AlertMessage& message, std::size_t max_bytes) {
  std::string title = plain_text(begin_of_title(message) + ": " + message.what, max_bytes);
  for (char& c : title) {
    if (c == '\n') c = ' ';
  }
  return title;
}

std::string scope_words(const AlertKey& key) {
  if (key.dag.empty()) return "the scheduler";
  return key.task.empty() ? key.dag : key.task + " of " + key.dag;
}

std::string message_text(const AlertMessage& message, std::size_t max_bytes) {
  if (!message.story.empty()) {
    const std::string news = message.news.empty() ? "" : message.news + "\n\n";
    return plain_text(news + message.story, max_bytes);
  }
  std::string text = message.what;
  if (!message.news.empty()) text += "\n" + message.news;
  if (message.kind != MessageKind::canary && message.kind != MessageKind::test) {
    text += fmt::format("\n{} · {} · since {}", scope_words(message.key), to_word(message.severity),
                        format_rfc3339(message.raised_at));
    if (message.count > 1) text += fmt::format(" · {} times", message.count);
  }
  return plain_text(text, max_bytes);
}

std::string dedup_key(const AlertKey& key) {
  std::string text = key.dag + "/" + key.task + "/" + key.cause;
  if (text.size() <= kMaxDedupKey) return text;
  const std::string mark = fmt::format("~{:016x}", hash64(text));
  text.resize(kMaxDedupKey - mark.size());
  while (find_invalid_utf8(text)) text.pop_back();
  return text + mark;
}

}  // namespace tidemill
