#include "worker/mask_forms.h"

#include <algorithm>
#include <cstdint>

#include "base/json.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

// The base64 characters that depend on `secret` alone when it stands `offset` bytes (0 to 2) after
// a multiple of three; the characters it shares with its neighbours are left out.
std::string base64_inside(std::string_view secret, std::size_t offset) {
  const std::size_t bits = secret.size() * 8;
  std::string out;
  // Character i of the text holds bits 6i to 6i+5 counted from the multiple of three.
  const std::size_t first = (offset * 8 + 5) / 6;
  for (std::size_t i = first; i * 6 + 6 <= offset * 8 + bits; ++i) {
    unsigned value = 0;
    for (std::size_t b = i * 6; b < i * 6 + 6; ++b) {
      const std::size_t bit = b - offset * 8;
      value = value << 1 | (static_cast<unsigned char>(secret[bit / 8]) >> (7 - bit % 8) & 1u);
    }
    out.push_back(kBase64[value]);
  }
  return out;
}

std::string url_alphabet(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string percent_encoded(std::string_view secret, std::string_view hex, bool plus_for_space) {
  std::string out;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else if (c == ' ' && plus_for_space) {
      out.push_back('+');
    } else {
      out.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
  }
  return out;
}

std::string hexadecimal(std::string_view secret, std::string_view hex) {
  std::string out;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({hex[byte >> 4], hex[byte & 15]});
  }
  return out;
}

std::string json_escaped(std::string_view secret, bool escape_slash) {
  std::string quoted;
  append_json_string(quoted, secret);
  std::string out;
  for (const char c : quoted.substr(1, quoted.size() - 2)) {
    if (c == '/' && escape_slash) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::vector<std::string> mask_forms(std::string_view secret) {
  std::vector<std::string> forms = {std::string(secret)};
  for (const std::string_view line : split(secret, '\n')) forms.emplace_back(trim(line));
  for (std::size_t offset = 0; offset < 3; ++offset) {
    forms.push_back(base64_inside(secret, offset));
    forms.push_back(url_alphabet(forms.back()));
  }
  for (const bool plus : {false, true}) {
    forms.push_back(percent_encoded(secret, kUpperHex, plus));
    forms.push_back(percent_encoded(secret, kLowerHex, plus));
  }
  forms.push_back(json_escaped(secret, false));
  forms.push_back(json_escaped(secret, true));
  forms.push_back(hexadecimal(secret, kLowerHex));
  forms.push_back(hexadecimal(secret, kUpperHex));
  std::erase_if(forms, [](const std::string& form) { return form.size() < kShortestMask; });
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return forms;
}

}  // namespace tidemill
