#include "scheduler/people/secret_box.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "base/check.h"
#include "base/fd.h"
#include "base/hash.h"
#include "scheduler/people/base64.h"

namespace tidemill {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SecretKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

std::string bound_data(std::string_view name) { return fmt::format("tidemill secret {}", name); }

// What the file is must be asked of the open file: a path may come to mean another one.
Status check_private(int fd, const std::string& file) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return errno_error("cannot look at " + file);
  if (!S_ISREG(st.st_mode)) return invalid(file + " is no regular file");
  if (st.st_uid != ::geteuid()) {
    return invalid(fmt::format("{} belongs to user id {}, not to the one that runs Tidemill ({})",
                               file, st.st_uid, ::geteuid()));
  }
  if ((st.st_mode & 077) != 0) {
    return invalid(
        fmt::format("{} can be read by others: chmod 600 it, and replace the key and "
                    "the secrets if somebody may have",
                    file));
  }
  if (st.st_size == static_cast<off_t>(SecretKey::kBytes)) return Ok{};
  return invalid(
      fmt::format("{} is no key of {} bytes; put the right file back", file, SecretKey::kBytes));
}

}  // namespace

SecretKey SecretKey::random() {
  CHECK(sodium_init() >= 0);
  SecretKey key;
  randombytes_buf(key.bytes_.data(), kBytes);
  key.derive_id();
  return key;
}

Result<SecretKey> SecretKey::read(const std::string& file) {
  CHECK(sodium_init() >= 0);
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return errno_error("cannot open " + file);
  TRY(check_private(fd.get(), file));
  SecretKey key;
  if (::read(fd.get(), key.bytes_.data(), kBytes) != static_cast<ssize_t>(kBytes)) {
    return errno_error("cannot read " + file);
  }
  key.derive_id();
  return key;
}

Status SecretKey::write(const std::string& file) const {
  return write_file_atomic(
      file, std::string_view(reinterpret_cast<const char*>(bytes_.data()), kBytes), 0600);
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), kBytes); }

void SecretKey::derive_id() {
  std::array<unsigned char, 16> id{};
  // Keyed, so that the id is no hash that a guess of the key could be tried on more cheaply.
  constexpr std::string_view kWhat = "tidemill key id";
  crypto_generichash(id.data(), id.size(), bytes_of(kWhat), kWhat.size(), bytes_.data(), kBytes);
  id_ = sha256_hex(std::string_view(reinterpret_cast<const char*>(id.data()), id.size()))
            .substr(0, 16);
}

SecretKey::Sealed SecretKey::seal(std::string_view name, std::string_view value) const {
  std::string nonce(kNonceBytes, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  return seal_with(nonce, name, value);
}

// A nonce made of what it is used for is never used for anything else.
SecretKey::Sealed SecretKey::seal_alike(std::string_view name, std::string_view value) const {
  const std::string of = fmt::format("tidemill nonce {} {} {}", name.size(), name, value);
  std::string nonce(kNonceBytes, '\0');
  crypto_generichash(bytes_of(nonce), nonce.size(), bytes_of(of), of.size(), bytes_.data(), kBytes);
  return seal_with(nonce, name, value);
}

SecretKey::Sealed SecretKey::seal_with(const std::string& nonce, std::string_view name,
                                       std::string_view value) const {
  const std::string bound = bound_data(name);
  std::string cipher(value.size() + kTagBytes, '\0');
  unsigned long long size = 0;
  CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(cipher), &size, bytes_of(value),
                                                   value.size(), bytes_of(bound), bound.size(),
                                                   nullptr, bytes_of(nonce), bytes_.data()) == 0);
  cipher.resize(size);
  return {to_base64(nonce), to_base64(cipher)};
}

Result<std::string> SecretKey::open(std::string_view name, const Sealed& sealed) const {
  const Error wrong = corrupt(fmt::format(
      "the secret '{}' cannot be opened: it was not stored under this name with this key", name));
  const auto nonce = from_base64(sealed.nonce);
  const auto cipher = from_base64(sealed.ciphertext);
  if (!nonce || nonce->size() != kNonceBytes || !cipher || cipher->size() < kTagBytes) return wrong;
  const std::string bound = bound_data(name);
  std::string value(cipher->size() - kTagBytes, '\0');
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(value), &size, nullptr, bytes_of(*cipher),
                                                 cipher->size(), bytes_of(bound), bound.size(),
                                                 bytes_of(*nonce), bytes_.data()) != 0) {
    return wrong;
  }
  value.resize(size);
  return value;
}

std::string SecretKey::sign(std::string_view text) const {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  static_assert(crypto_auth_hmacsha256_KEYBYTES == kBytes);
  CHECK(crypto_auth_hmacsha256(mac.data(), bytes_of(text), text.size(), bytes_.data()) == 0);
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(mac.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), mac.data(), mac.size(), kVariant);
  out.pop_back();
  return out;
}

}  // namespace tidemill
