#include "scheduler/http/server.h"

#include <openssl/ssl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "scheduler/http/connection.h"
#include "scheduler/http/listen.h"
#include "scheduler/http/listener.h"
#include "scheduler/http/service.h"

namespace tidemill::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kStopPoll = std::chrono::milliseconds(5);
constexpr Duration kStopClosed = std::chrono::milliseconds(500);

using TlsContext = std::shared_ptr<asio::ssl::context>;

Result<TlsContext> load_certificate(const ServerOptions& options) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  asio::ssl::context& tls = *context;
  IoError error;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                      asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1,
                  error);
  ::SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error) {
    return invalid("cannot use the certificate " + options.certificate_file + ": " +
                   error.message());
  }
  tls.use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error) return invalid("cannot use the key " + options.key_file + ": " + error.message());
  if (::SSL_CTX_check_private_key(tls.native_handle()) != 1) {
    return invalid("the key " + options.key_file + " does not belong to the certificate " +
                   options.certificate_file);
  }
  return context;
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, RouteTable routes, Authenticate authenticate)
      : service_(std::move(options), std::move(routes), std::move(authenticate)) {}
  ~Impl();

  Status open();
  void run();

  Service service_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<Endpoint> endpoints_;

 private:
  asio::awaitable<void> drain();
  asio::awaitable<void> wait_until_empty(Duration most);

  asio::executor_work_guard<asio::io_context::executor_type> work_{service_.io.get_executor()};
  std::thread thread_;
};

Status Server::Impl::open() {
  const ServerOptions& options = service_.options;
  const bool tls = !options.certificate_file.empty() || !options.key_file.empty();
  if (tls) service_.tls = TRY(load_certificate(options));
  for (Endpoint endpoint : options.endpoints) {
    Fd fd = TRY(listen_on(endpoint));
    endpoints_.push_back(endpoint);
    listeners_.push_back(std::make_unique<Listener>(service_, endpoint, std::move(fd),
                                                    tls && endpoint.unix_path.empty()));
  }
  return Ok{};
}

void Server::Impl::run() {
  for (auto& listener : listeners_) listener->start();
  thread_ = std::thread([this] { service_.io.run(); });
}

asio::awaitable<void> Server::Impl::wait_until_empty(Duration most) {
  const auto deadline = Clock::now() + most;
  asio::steady_timer timer(service_.io);
  while (!service_.connections.empty() && Clock::now() < deadline) {
    timer.expires_after(kStopPoll);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Server::Impl::drain() {
  service_.stopping = true;
  for (auto& listener : listeners_) listener->stop();
  const auto all = service_.connections;
  for (Connection* connection : all) connection->stop();
  co_await wait_until_empty(service_.options.stop_grace);
  for (Connection* connection : service_.connections) connection->close();
  co_await wait_until_empty(kStopClosed);
  service_.io.stop();
}

// Worker threads may still be in handlers after the I/O thread is gone; what they post then stays
// in the queue and is thrown away with it.
Server::Impl::~Impl() {
  if (!thread_.joinable()) {  // it did not start: what was bound already goes again
    for (auto& listener : listeners_) listener->stop();
    return;
  }
  asio::co_spawn(service_.io, drain(), asio::detached);
  thread_.join();
  service_.workers.stop();
  service_.workers.join();
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, RouteTable routes,
                                              Authenticate authenticate) {
  CHECK(authenticate != nullptr);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(routes),
                                     std::move(authenticate));
  TRY(impl->open());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

const std::vector<Endpoint>& Server::endpoints() const { return impl_->endpoints_; }
EventHub& Server::events() { return impl_->service_.hub; }

Status Server::reload_certificate() {
  Service& service = impl_->service_;
  if (service.options.certificate_file.empty()) return Ok{};
  auto context = TRY(load_certificate(service.options));
  asio::post(service.io, [&service, context] { service.tls = context; });
  return Ok{};
}

void Server::set_hosts(std::vector<std::string> hosts) {
  Service& service = impl_->service_;
  asio::post(service.io,
             [&service, names = service.host_list(std::move(hosts))] { service.hosts = names; });
}

Server::Figures Server::figures() const {
  const Service& service = impl_->service_;
  return {service.requests, service.refused, service.connection_count, service.streams};
}

}  // namespace tidemill::http
