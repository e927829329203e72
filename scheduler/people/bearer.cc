#include "scheduler/people/bearer.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "base/hash.h"

namespace tidemill {
namespace {

constexpr std::string_view kStart = "tm_";
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kRandomChars = 43;
constexpr std::size_t kCheckChars = 6;
constexpr std::size_t kChars = 3 + 1 + kRandomChars + kCheckChars;
constexpr std::size_t kPrefixChars = 8;

char letter_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::api:
      return 'a';
    case TokenKind::session:
      return 's';
    case TokenKind::link:
      return 'l';
    case TokenKind::worker:
      return 'w';
  }
  UNREACHABLE();
}

std::string base64url(const unsigned char* bytes, std::size_t size) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(size, kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kVariant);
  text.pop_back();  // the terminator that the function counts
  return text;
}

std::string check_of(std::string_view token) {
  const std::uint32_t crc = crc32c(token);
  std::array<unsigned char, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(crc >> (24 - 8 * i));
  }
  return base64url(bytes.data(), bytes.size());
}

}  // namespace

std::string make_token(TokenKind kind) {
  CHECK(sodium_init() >= 0);
  std::array<unsigned char, kRandomBytes> random{};
  randombytes_buf(random.data(), random.size());
  std::string token(kStart);
  token += letter_of(kind);
  token += base64url(random.data(), random.size());
  sodium_memzero(random.data(), random.size());
  return token + check_of(token);
}

bool is_token(std::string_view text, TokenKind kind) {
  if (text.size() != kChars || !text.starts_with(kStart)) return false;
  if (text[kStart.size()] != letter_of(kind)) return false;
  const std::size_t body = text.size() - kCheckChars;
  return text.substr(body) == check_of(text.substr(0, body));
}

std::string token_hash(std::string_view token) { return sha256_hex(token); }

std::string token_prefix(std::string_view token) {
  return std::string(token.substr(0, kPrefixChars));
}

std::string csrf_token(std::string_view session_token) {
  return sha256_hex(fmt::format("csrf {}", session_token));
}

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tidemill
