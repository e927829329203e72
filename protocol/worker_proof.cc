#include "protocol/worker_proof.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/check.h"
#include "base/hash.h"
#include "protocol/wire.h"

namespace tidemill {
namespace {

constexpr std::size_t kKeyBytes = 32;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string hmac(std::string_view key, std::string_view text) {
  std::string mac(kKeyBytes, '\0');
  unsigned size = 0;
  const void* made = ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                            bytes_of(mac), &size);
  CHECK(made != nullptr && size == mac.size());
  return mac;
}

// Each part with its length, so that no two inputs give the same text.
std::string mask_of(const message::Proof& proof, const ProofContext& context,
                    std::string_view stored_key) {
  std::string text = "tidemill worker proof 1\n";
  WireWriter writer(text);
  writer.write(proof.version);
  writer.write(std::string(context.scheduler_nonce));
  writer.write(proof.nonce);
  writer.write(std::string(context.binding));
  writer.write(proof.worker);
  return hmac(stored_key, text);
}

std::string exclusive_or(std::string a, std::string_view b) {
  CHECK(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<char>(a[i] ^ b[i]);
  return a;
}

}  // namespace

std::string make_nonce() {
  std::string nonce(32, '\0');
  CHECK(::RAND_bytes(bytes_of(nonce), static_cast<int>(nonce.size())) == 1);
  return nonce;
}

std::string worker_key(std::string_view token) { return hmac(token, "tidemill worker key 1"); }

std::string stored_worker_key(std::string_view token) { return sha256_hex(worker_key(token)); }

message::Proof make_proof(std::string_view token, const ProofContext& context,
                          const std::string& worker) {
  message::Proof proof;
  proof.worker = worker;
  proof.nonce = make_nonce();
  proof.masked_key = exclusive_or(worker_key(token),
                                  mask_of(proof, context, stored_worker_key(token)));
  return proof;
}

bool proves(const message::Proof& proof, const ProofContext& context, std::string_view stored_key) {
  if (proof.masked_key.size() != kKeyBytes) return false;
  const std::string shown = sha256_hex(
      exclusive_or(proof.masked_key, mask_of(proof, context, stored_key)));
  return shown.size() == stored_key.size() &&
         ::CRYPTO_memcmp(shown.data(), stored_key.data(), shown.size()) == 0;
}

}  // namespace tidemill
