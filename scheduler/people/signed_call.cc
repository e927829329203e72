#include "scheduler/people/signed_call.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "scheduler/people/base64.h"

namespace tidemill {
namespace {

constexpr std::string_view kEncoded = "whsec_";
constexpr std::string_view kVersion = "v1,";

using Mac = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

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

// The bytes behind "whsec_" in base64, or else those of the text; none when there are none.
std::optional<std::string> key_of(std::string_view secret) {
  std::optional<std::string> key(secret);
  if (secret.starts_with(kEncoded)) key = from_base64(secret.substr(kEncoded.size()));
  if (key && key->empty()) key.reset();
  return key;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                    text.data(), text.size(), nullptr, &size, &end);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

// Several signatures in one header: whoever changes a secret signs with both for a while.
struct GivenMacs {
  std::string_view list;
  char separator;
  std::string_view version;  // what stands before each that we know
  std::optional<std::string> (*decode)(std::string_view);
};

// Looks at all of them, whichever fits.
bool holds(const Mac& mac, const GivenMacs& given) {
  bool found = false;
  for (const std::string_view one : split(given.list, given.separator)) {
    const std::string_view text = trim(one);
    if (!text.starts_with(given.version)) continue;
    const auto bytes = given.decode(text.substr(given.version.size()));
    if (!bytes || bytes->size() != mac.size()) continue;
    found = sodium_memcmp(mac.data(), bytes->data(), mac.size()) == 0 || found;
  }
  return found;
}

}  // namespace

Result<std::string> sign_call(const SignedCall& call, std::string_view secret) {
  auto key = key_of(secret);
  if (!key) return invalid("the secret that signs is empty, or not base64 behind whsec_");
  const Mac mac = mac_of(call, *key);
  sodium_memzero(key->data(), key->size());
  return std::string(kVersion) + to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool is_signed_by_pagerduty(std::string_view body, std::string_view signatures,
                            std::string_view secret) {
  if (secret.empty()) return false;
  Mac mac{};
  crypto_auth_hmacsha256_state state;
  CHECK(crypto_auth_hmacsha256_init(&state, bytes_of(secret), secret.size()) == 0);
  CHECK(crypto_auth_hmacsha256_update(&state, bytes_of(body), body.size()) == 0);
  CHECK(crypto_auth_hmacsha256_final(&state, mac.data()) == 0);
  return holds(mac, {signatures, ',', "v1=", from_hex});
}

bool is_signed_with(const SignedCall& call, std::string_view secret) {
  if (call.id.empty() || call.id.size() > kMaxCallIdBytes || !seconds_of(call.timestamp)) {
    return false;
  }
  auto key = key_of(secret);
  if (!key) return false;
  const Mac mac = mac_of(call, *key);
  sodium_memzero(key->data(), key->size());
  return holds(mac, {call.signatures, ' ', kVersion, from_base64});
}

bool is_recent(const SignedCall& call, WallTime now) {
  const auto seconds = seconds_of(call.timestamp);
  if (!seconds) return false;
  const WallTime at{*seconds * 1'000'000};
  return at >= now - kCallTolerance && at <= now + kCallTolerance;
}

}  // namespace tidemill
