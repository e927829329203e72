#include "core/alert/message.h"

#include <fmt/format.h>

#include <algorithm>
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

constexpr std::size_t kMostListed = 20;
constexpr std::size_t kMaxListed = 160;

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

// Without links.
std::string text_of_one(const AlertMessage& message) {
  if (!message.story.empty()) {
    return (message.news.empty() ? "" : message.news + "\n\n") + message.story;
  }
  std::string text = message.what;
  if (!message.news.empty()) text += "\n" + message.news;
  if (message.kind != MessageKind::canary && message.kind != MessageKind::test) {
    text += fmt::format("\n{} · {} · since {}", scope_words(message.key), to_word(message.severity),
                        format_rfc3339(message.raised_at));
    if (message.count > 1) text += fmt::format(" · {} times", message.count);
  }
  return text;
}

std::string list_of_others(const AlertMessage& message) {
  if (message.others.empty()) return "";
  std::string list = fmt::format("\n\n{} more of {}:", message.others.size(), message.key.dag);
  std::size_t left = kMostListed;
  for (const AlertMessage& other : message.others) {
    if (left-- == 0) return list + "\n- …";
    list += "\n- " + plain_text(with_detail(other.what, other.news), kMaxListed);
  }
  return list;
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
  const std::string more = message.others.empty()
                               ? ""
                               : fmt::format(" (and {} more)", message.others.size());
  std::string title = begin_of_title(message) + ": " + message.what;
  title = plain_text(title, max_bytes - std::min(max_bytes, more.size())) + more;
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
  const std::string list = plain_text(list_of_others(message), max_bytes / 2);
  return plain_text(text_of_one(message), max_bytes - list.size()) + list;
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
