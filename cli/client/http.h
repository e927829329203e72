// Requests to one scheduler over HTTP: a Unix socket, TCP or TLS with a checked certificate
// ($TIDEMILL_CA_FILE for one of your own). No redirects, bounded answers. The library is hidden in
// http.cc. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/client/address.h"

namespace tidemill::client {

struct HttpRequest {
  std::string method = "GET";
  std::string path;  // encoded, with its query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                              // JSON; empty = none
  Duration patience = std::chrono::seconds(30);  // without a single byte
};

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string body;
};

class HttpClient {
 public:
  // `token` empty = none is sent. A token is refused over plain HTTP to another machine.
  static Result<HttpClient> make(const Address& address, std::string token);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // Any status is a reply. `unavailable` when there was none.
  Result<HttpReply> send(const HttpRequest& request);

  // Hands out the body of a reply with status 200 as it comes, until `on_bytes` is false or the
  // server ends it. Other replies are returned with their body.
  Result<HttpReply> stream(const HttpRequest& request,
                           const std::function<bool(std::string_view)>& on_bytes);

  // A second connection to the same place, with the same token.
  Result<HttpClient> another() const;

  // Any thread: ends what is read now with an error.
  void interrupt();

  // How long connecting may take.
  void set_connect_patience(Duration patience);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemill::client
