#include "protocol/own_certificate.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>

#include "base/fd.h"

namespace tidemill {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;
using Memory = std::unique_ptr<BIO, decltype(&::BIO_free)>;

constexpr long kDay = 24 * 3600;

std::string names_of_this_machine() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "DNS:localhost";
  return fmt::format("DNS:{},DNS:localhost,IP:127.0.0.1", name);
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  const bool added = extension != nullptr && ::X509_add_ext(certificate, extension, -1) == 1;
  ::X509_EXTENSION_free(extension);
  return added;
}

bool fill_in(X509* certificate, EVP_PKEY* key) {
  std::uint32_t serial = 0;
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  ::X509_set_version(certificate, 2);
  ::ASN1_INTEGER_set_uint64(::X509_get_serialNumber(certificate), std::uint64_t{serial} + 1);
  // A worker's clock may be behind.
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -kDay);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), 3650 * kDay);
  X509_NAME* name = ::X509_get_subject_name(certificate);
  const auto* words = reinterpret_cast<const unsigned char*>("tidemill scheduler");
  return ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, words, -1, -1, 0) == 1 &&
         ::X509_set_issuer_name(certificate, name) == 1 &&
         ::X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_subject_alt_name, names_of_this_machine()) &&
         ::X509_sign(certificate, key, ::EVP_sha256()) > 0;
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace

Status make_own_certificate(const std::string& certificate_file, const std::string& key_file) {
  if (::access(certificate_file.c_str(), F_OK) == 0 && ::access(key_file.c_str(), F_OK) == 0) {
    return Ok{};
  }
  const Key key(::EVP_EC_gen("P-256"), ::EVP_PKEY_free);
  const Certificate certificate(::X509_new(), ::X509_free);
  const Memory key_text(::BIO_new(::BIO_s_mem()), ::BIO_free);
  const Memory text(::BIO_new(::BIO_s_mem()), ::BIO_free);
  const bool made = key != nullptr && certificate != nullptr && key_text != nullptr &&
                    text != nullptr && fill_in(certificate.get(), key.get()) &&
                    ::PEM_write_bio_X509(text.get(), certificate.get()) == 1 &&
                    ::PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0,
                                               nullptr, nullptr) == 1;
  if (!made) return unavailable("cannot make a certificate for workers of other machines");
  TRY(write_file_atomic(key_file, text_of(key_text.get()), 0600));
  return write_file_atomic(certificate_file, text_of(text.get()), 0644);
}

}  // namespace tidemill
