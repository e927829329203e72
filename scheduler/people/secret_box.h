// One key and what it encrypts: XChaCha20-Poly1305 with a random nonce and the name of the secret
// as associated data, so that a value opens under its own name alone.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  static SecretKey random();
  // `not_found` when there is no such file; `invalid` when others may read it or it is not a key.
  static Result<SecretKey> read(const std::string& file);
  Status write(const std::string& file) const;  // mode 0600; on the disk when this returns
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;

  // Tells keys apart without telling them.
  const std::string& id() const { return id_; }

  struct Sealed {
    std::string nonce, ciphertext;  // base64
  };
  Sealed seal(std::string_view name, std::string_view value) const;
  // The same value under the same name gives the same: whoever sees two of them can tell whether
  // they are equal, and nothing else.
  Sealed seal_alike(std::string_view name, std::string_view value) const;
  Result<std::string> open(std::string_view name, const Sealed& sealed) const;

  // HMAC-SHA256 of the text, 43 characters that may stand in an address. For a key that seals
  // nothing.
  std::string sign(std::string_view text) const;

 private:
  SecretKey() = default;
  void derive_id();
  Sealed seal_with(const std::string& nonce, std::string_view name, std::string_view value) const;
  std::array<unsigned char, kBytes> bytes_{};
  std::string id_;
};

}  // namespace tidemill
