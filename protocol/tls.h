// TLS 1.3 as a filter between a socket's bytes and a stream's: knows no socket, never blocks. One
// TlsStream belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace tidemill {

// Certificates and rules, shared by the streams of one side. Any thread.
class TlsContext {
 public:
  // PEM files. The peer shows no certificate; who it is, is proven inside.
  static Result<TlsContext> server(const std::string& certificate_file,
                                   const std::string& key_file);
  // PEM file of the authorities (or the self-signed certificate) that are trusted, and no others.
  static Result<TlsContext> client(const std::string& ca_file);
  // Trusts the one certificate with this SHA-256 (64 hex digits, colons are passed over) and asks
  // for no name.
  static Result<TlsContext> pinned(const std::string& fingerprint);

  ssl_ctx_st* get() const { return context_.get(); }
  const std::string& pin() const { return pin_; }  // lower case; empty = none

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  std::shared_ptr<ssl_ctx_st> context_;
  std::string pin_;
};

// SHA-256 of a certificate in a PEM file, its first, as 64 hex digits.
Result<std::string> certificate_fingerprint(const std::string& certificate_file);

class TlsStream {
 public:
  static Result<std::unique_ptr<TlsStream>> accept(const TlsContext& context);
  // `host`: the name or IP address that the peer's certificate must carry.
  static Result<std::unique_ptr<TlsStream>> connect(const TlsContext& context,
                                                    const std::string& host);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // Bytes from the socket; what they say is appended to `plain`. An error ends the stream.
  Status receive(std::string_view bytes, std::string& plain);
  // Takes `plain` once the handshake is done; until then nothing. Returns how much it took.
  Result<std::size_t> send(std::string_view plain);
  // Bytes for the socket, also of the handshake.
  std::string take_outgoing();
  bool established() const;
  // 32 bytes that both ends of this very connection share and nobody between them knows (RFC 9266).
  Result<std::string> binding() const;

 private:
  TlsStream(ssl_st* ssl, std::string pin) : ssl_(ssl), pin_(std::move(pin)) {}
  static Result<std::unique_ptr<TlsStream>> make(const TlsContext& context);
  Status shake_hands();
  Status check_pin() const;

  ssl_st* ssl_;
  const std::string pin_;
};

}  // namespace tidemill
