#include "scheduler/people/signed_call.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/check.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::string_view kEncoded = "whsec_";
constexpr std::string_view kVersion = "v1,";

using Mac = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

// Seconds, digits only; none when it is something else.
std::optional<std::int64_t> seconds_of(std::string_view text) {
  const bool digits = !text.empty() && text.size() <= 12 &&
                      std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return digits ? to_int(text) : std::nullopt;
}

Mac mac_of(const SignedCall& call, std::string_view key) {
  crypto_auth_hmacsha256_state state;
  CHECK(crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size()) == 0);
  for (const std::string_view part :
       {call.id, std::string_view("."), call.timestamp, std::string_view("."), call.body}) {
    CHECK(crypto_auth_hmacsha256_update(&state, bytes_of(part), part.size()) == 0);
  }
  Mac mac{};
  CHECK(crypto_auth_hmacsha256_final(&state, mac.data()) == 0);
  return mac;
}

}  // namespace

bool is_signed_with(const SignedCall& call, std::string_view secret) {
  if (call.id.empty() || call.id.size() > kMaxCallIdBytes || !seconds_of(call.timestamp)) {
    return false;
  }
  std::optional<std::string> key(secret);
  if (secret.starts_with(kEncoded)) key = from_base64(secret.substr(kEncoded.size()));
  if (!key || key->empty()) return false;
  const Mac mac = mac_of(call, *key);
  sodium_memzero(key->data(), key->size());
  bool found = false;
  for (const std::string_view one : split(call.signatures, ' ')) {
    if (!one.starts_with(kVersion)) continue;
    const auto given = from_base64(one.substr(kVersion.size()));
    if (!given || given->size() != mac.size()) continue;
    found = sodium_memcmp(mac.data(), given->data(), mac.size()) == 0 || found;
  }
  return found;
}

bool is_recent(const SignedCall& call, WallTime now) {
  const auto seconds = seconds_of(call.timestamp);
  if (!seconds) return false;
  const WallTime at{*seconds * 1'000'000};
  return at >= now - kCallTolerance && at <= now + kCallTolerance;
}

}  // namespace tidemill
