// SHA-256, for content that must be recognised for ever: DAG versions, artifacts, migrations.
// hash64 is a stable, seedable mixing function (not cryptographic) for jitter and seeds: the same
// on every machine and build.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

std::string sha256_hex(std::string_view bytes);

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  std::string finish_hex();  // call once

 private:
  void* context_;
};

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
std::uint64_t mix64(std::uint64_t value);

// CRC-32C (Castagnoli), for records of journals that may be cut short by a crash.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace tidemill
