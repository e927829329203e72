#include "core/alert/signature.h"

#include <algorithm>
#include <cctype>

namespace tidemill {
namespace {

constexpr std::size_t kLongest = 200;
constexpr std::size_t kLongHex = 8;

bool is_word(unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; }

// A word that says nothing about the kind of error: it holds a digit, as numbers, hashes and ids
// do, or is long and all hex.
bool varies(std::string_view word) {
  const auto is = [](int (*of)(int)) {
    return [of](char c) { return of(static_cast<unsigned char>(c)) != 0; };
  };
  if (std::any_of(word.begin(), word.end(), is(std::isdigit))) return true;
  return word.size() >= kLongHex && std::all_of(word.begin(), word.end(), is(std::isxdigit));
}

void cut(std::string& text) {
  if (text.size() <= kLongest) return;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
}

}  // namespace

std::string normalise_error(std::string_view message) {
  std::string text;
  for (std::size_t i = 0; i < message.size() && text.size() <= kLongest;) {
    const auto c = static_cast<unsigned char>(message[i]);
    if (is_word(c)) {
      std::size_t end = i;
      while (end < message.size() && is_word(static_cast<unsigned char>(message[end]))) ++end;
      const std::string_view word = message.substr(i, end - i);
      text += varies(word) ? "#" : word;
      i = end;
    } else {
      const bool space = std::isspace(c) != 0 || c < 0x20;
      if (!space) text += message[i];
      if (space && !text.empty() && text.back() != ' ') text += ' ';
      ++i;
    }
  }
  cut(text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string alert_signature(const AlertKey& key, std::string_view message) {
  return key.dag + "/" + key.task + "/" + key.cause + ": " + normalise_error(message);
}

}  // namespace tidemill
