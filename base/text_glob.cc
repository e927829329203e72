#include "base/text.h"

namespace tidemill {

// Two positions and one point to return to: after a mismatch, the latest `*` takes one character
// more. Earlier stars need no second try, since the text between two stars is matched as early as
// it can be. At worst the product of both lengths, never exponential.
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  const auto character_at = [&](std::size_t at) {
    return std::max<std::size_t>(1, utf8_length(text.substr(at)));
  };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t += character_at(t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      star_text += character_at(star_text);
      t = star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace tidemill
