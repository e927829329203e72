#include "cli/client/http.h"

#include <fmt/format.h>
#include <httplib.h>

#include <cstdlib>

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxReplyBytes = 256u << 20;
constexpr Duration kConnectPatience = std::chrono::seconds(5);

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string describe(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
      return "nobody answers there";
    case httplib::Error::Read:
      return "it did not answer in time, or hung up";
    case httplib::Error::Write:
      return "it does not take what is sent";
    case httplib::Error::SSLConnection:
      return "no TLS connection could be made";
    case httplib::Error::SSLLoadingCerts:
      return "the certificates in $TIDEMILL_CA_FILE cannot be read";
    case httplib::Error::SSLServerVerification:
      return "its certificate is not trusted; name its authority with $TIDEMILL_CA_FILE";
    case httplib::Error::Canceled:
      return "the answer is too long";
    case httplib::Error::Success:
    case httplib::Error::Unknown:
    case httplib::Error::ExceedRedirectCount:
    case httplib::Error::UnsupportedMultipartBoundaryChars:
    case httplib::Error::Compression:
      break;
  }
  return "the answer could not be read";
}

std::unique_ptr<httplib::ClientImpl> connection_to(const Address& address) {
  if (address.is_local()) {
    // The port is not used; 80 keeps it out of the headers.
    auto plain = std::make_unique<httplib::ClientImpl>(address.unix_path, 80);
    plain->set_address_family(AF_UNIX);
    return plain;
  }
  if (!address.tls) return std::make_unique<httplib::ClientImpl>(address.host, address.port);
  auto secure = std::make_unique<httplib::SSLClient>(address.host, address.port);
  if (const char* authority = std::getenv("TIDEMILL_CA_FILE")) secure->set_ca_cert_path(authority);
  secure->enable_server_certificate_verification(true);
  return secure;
}

}  // namespace

struct HttpClient::Impl {
  Address address;
  std::string token;
  std::unique_ptr<httplib::ClientImpl> connection;

  httplib::Request prepare(const HttpRequest& request) const {
    httplib::Request out;
    out.method = request.method;
    out.path = request.path;
    out.body = request.body;
    out.headers.emplace("Host", address.authority());
    out.headers.emplace("User-Agent", "tidemill");
    if (!token.empty()) out.headers.emplace("Authorization", "Bearer " + token);
    if (!request.body.empty()) out.headers.emplace("Content-Type", "application/json");
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
    connection->set_read_timeout(request.patience);
    return out;
  }

  Error failure(httplib::Error error) const {
    if (address.is_local() && error == httplib::Error::Connection) {
      return unavailable(fmt::format("no scheduler is running for {}; start one with `tidemill up`",
                                     address.shown));
    }
    return unavailable(
        fmt::format("no answer from the scheduler at {}: {}", address.shown, describe(error)));
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::make(const Address& address, std::string token) {
  if (!token.empty() && !address.is_local() && !address.tls && !is_this_machine(address.host)) {
    return conflict(
        fmt::format("{} is on another machine and without TLS, where anybody on the way could read "
                    "the token; use https://",
                    address.shown));
  }
  auto impl = std::make_unique<Impl>();
  impl->address = address;
  impl->token = std::move(token);
  impl->connection = connection_to(address);
  impl->connection->set_follow_location(false);
  impl->connection->set_keep_alive(true);
  // Paths are encoded by their makers.
  impl->connection->set_url_encode(false);
  impl->connection->set_write_timeout(std::chrono::seconds(30));
  HttpClient client(std::move(impl));
  client.set_connect_patience(kConnectPatience);
  return client;
}

Result<HttpClient> HttpClient::another() const { return make(impl_->address, impl_->token); }

void HttpClient::interrupt() { impl_->connection->stop(); }

void HttpClient::set_connect_patience(Duration patience) {
  impl_->connection->set_connection_timeout(patience);
}

Result<HttpReply> HttpClient::stream(const HttpRequest& request,
                                     const std::function<bool(std::string_view)>& on_bytes) {
  HttpReply reply;
  bool was_left = false;
  httplib::Request out = impl_->prepare(request);
  out.response_handler = [&](const httplib::Response& head) {
    reply.status = head.status;
    reply.content_type = head.get_header_value("Content-Type");
    return true;
  };
  out.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    const std::string_view bytes(data, size);
    if (reply.status == 200) {
      was_left = !on_bytes(bytes);
      return !was_left;
    }
    reply.body.append(bytes);
    return reply.body.size() <= kMaxReplyBytes;
  };
  const auto done = impl_->connection->send(out);
  if (!done && !was_left) return impl_->failure(done.error());
  return reply;
}

Result<HttpReply> HttpClient::send(const HttpRequest& request) {
  std::string body;
  HttpReply reply = TRY(stream(request, [&](std::string_view bytes) {
    body.append(bytes);
    return body.size() <= kMaxReplyBytes;
  }));
  if (body.size() > kMaxReplyBytes) return impl_->failure(httplib::Error::Canceled);
  if (reply.status == 200) reply.body = std::move(body);
  return reply;
}

}  // namespace tidemill::client
