#include "protocol/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/text.h"

namespace tidemill {
namespace {

std::string last_error() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  if (code == 0) return "the peer broke off";
  const char* reason = ::ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

Error refused(const std::string& what) { return invalid(what + ": " + last_error()); }

Result<std::shared_ptr<SSL_CTX>> make_context(const SSL_METHOD* method) {
  std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(method), ::SSL_CTX_free);
  if (context == nullptr) return refused("cannot make a TLS context");
  // Both ends are ours, so nothing older needs to be spoken.
  if (::SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return refused("cannot ask for TLS 1.3");
  }
  ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(context.get(), 0);
  return context;
}

using X509Pointer = std::unique_ptr<X509, decltype(&::X509_free)>;

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  CHECK(::X509_digest(certificate, ::EVP_sha256(), digest.data(), &size) == 1 && size == 32);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

bool is_address(const std::string& host) {
  return host.find(':') != std::string::npos || std::all_of(host.begin(), host.end(), [](char c) {
           return c == '.' || (c >= '0' && c <= '9');
         });
}

}  // namespace

Result<TlsContext> TlsContext::server(const std::string& certificate_file,
                                      const std::string& key_file) {
  auto context = TRY(make_context(::TLS_server_method()));
  if (::SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return refused("cannot use the certificate " + certificate_file);
  }
  if (::SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(context.get()) != 1) {
    return refused("cannot use the key " + key_file);
  }
  return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::client(const std::string& ca_file) {
  auto context = TRY(make_context(::TLS_client_method()));
  if (::SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
    return refused("cannot use the certificates of " + ca_file);
  }
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::pinned(const std::string& fingerprint) {
  std::string pin;
  for (const char c : to_lower_ascii(fingerprint)) {
    if (c != ':') pin.push_back(c);
  }
  const bool is_hex = std::all_of(pin.begin(), pin.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (pin.size() != 64 || !is_hex) {
    return invalid(printable(fingerprint, 100) +
                   ": a fingerprint is the SHA-256 of the certificate, 64 hex digits");
  }
  TlsContext context(TRY(make_context(::TLS_client_method())));
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // check_pin() does it
  context.pin_ = std::move(pin);
  return context;
}

Result<std::string> certificate_fingerprint(const std::string& certificate_file) {
  const std::unique_ptr<BIO, decltype(&::BIO_free)> file(
      ::BIO_new_file(certificate_file.c_str(), "r"), ::BIO_free);
  if (file == nullptr) return refused("cannot read the certificate " + certificate_file);
  const X509Pointer certificate(::PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr),
                                ::X509_free);
  if (certificate == nullptr) return refused("there is no certificate in " + certificate_file);
  return fingerprint_of(certificate.get());
}

Result<std::unique_ptr<TlsStream>> TlsStream::make(const TlsContext& context) {
  SSL* ssl = ::SSL_new(context.get());
  if (ssl == nullptr) return refused("cannot make a TLS connection");
  std::unique_ptr<TlsStream> stream(new TlsStream(ssl, context.pin()));
  // The connection owns both from here on.
  ::SSL_set_bio(ssl, ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
  ::SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return stream;
}

Result<std::unique_ptr<TlsStream>> TlsStream::accept(const TlsContext& context) {
  auto stream = TRY(make(context));
  ::SSL_set_accept_state(stream->ssl_);
  return stream;
}

Result<std::unique_ptr<TlsStream>> TlsStream::connect(const TlsContext& context,
                                                      const std::string& host) {
  auto stream = TRY(make(context));
  SSL* ssl = stream->ssl_;
  ::SSL_set_connect_state(ssl);
  if (!stream->pin_.empty()) {
    TRY(stream->shake_hands());
    return stream;
  }
  const bool named = is_address(host)
                         ? ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1
                         : ::SSL_set1_host(ssl, host.c_str()) == 1 &&
                               ::SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  if (!named) return refused("cannot ask for a certificate of " + host);
  TRY(stream->shake_hands());
  return stream;
}

TlsStream::~TlsStream() { ::SSL_free(ssl_); }

bool TlsStream::established() const { return ::SSL_is_init_finished(ssl_) == 1; }

Status TlsStream::shake_hands() {
  ::ERR_clear_error();
  const int done = ::SSL_do_handshake(ssl_);
  if (done == 1) return check_pin();
  if (::SSL_get_error(ssl_, done) == SSL_ERROR_WANT_READ) return Ok{};
  const long verdict = ::SSL_get_verify_result(ssl_);
  if (verdict != X509_V_OK) {
    ::ERR_clear_error();
    return invalid(fmt::format("the peer's certificate is not accepted: {}",
                               ::X509_verify_cert_error_string(verdict)));
  }
  return refused("the TLS handshake failed");
}

Status TlsStream::check_pin() const {
  if (pin_.empty()) return Ok{};
  const X509Pointer certificate(::SSL_get1_peer_certificate(ssl_), ::X509_free);
  if (certificate == nullptr) return invalid("the peer shows no certificate");
  const std::string shown = fingerprint_of(certificate.get());
  if (shown == pin_) return Ok{};
  return invalid(fmt::format(
      "the peer's certificate is not accepted: its fingerprint is {}, not {}", shown, pin_));
}

Status TlsStream::receive(std::string_view bytes, std::string& plain) {
  while (!bytes.empty()) {
    const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    const int taken = ::BIO_write(::SSL_get_rbio(ssl_), bytes.data(), size);
    CHECK(taken > 0);
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  if (!established()) TRY(shake_hands());
  if (!established()) return Ok{};
  std::array<char, 16384> buffer;
  while (true) {
    ::ERR_clear_error();
    const int n = ::SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
    if (n > 0) {
      plain.append(buffer.data(), static_cast<std::size_t>(n));
      continue;
    }
    const int why = ::SSL_get_error(ssl_, n);
    if (why == SSL_ERROR_WANT_READ) return Ok{};
    if (why == SSL_ERROR_ZERO_RETURN) return unavailable("the peer closed the connection");
    return refused("broken TLS record");
  }
}

Result<std::size_t> TlsStream::send(std::string_view plain) {
  std::size_t taken = 0;
  while (established() && taken < plain.size()) {
    const int size = static_cast<int>(std::min<std::size_t>(plain.size() - taken, INT_MAX));
    ::ERR_clear_error();
    const int n = ::SSL_write(ssl_, plain.data() + taken, size);
    if (n <= 0) return refused("cannot encrypt");
    taken += static_cast<std::size_t>(n);
  }
  return taken;
}

std::string TlsStream::take_outgoing() {
  BIO* bio = ::SSL_get_wbio(ssl_);
  std::string bytes(::BIO_ctrl_pending(bio), '\0');
  if (bytes.empty()) return bytes;
  const int n = ::BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
  CHECK(n == static_cast<int>(bytes.size()));
  return bytes;
}

Result<std::string> TlsStream::binding() const {
  constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  std::string bytes(32, '\0');
  const int made = ::SSL_export_keying_material(
      ssl_, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), kLabel.data(),
      kLabel.size(), nullptr, 0, 0);
  if (made != 1) return refused("this connection has no binding");
  return bytes;
}

}  // namespace tidemill
