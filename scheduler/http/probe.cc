#include "scheduler/http/probe.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <deque>
#include <thread>

#include "base/text.h"
#include "scheduler/http/asio.h"
#include "scheduler/http/outgoing_url.h"

namespace tidemill::http {
namespace {

namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
using TcpSocket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;
using TlsStream = asio::ssl::stream<TcpSocket>;

constexpr std::uint32_t kMaxAnswerHead = 64u << 10;
constexpr std::size_t kLookups = 4;  // names that are looked up at once

// What is asked, in one form.
struct Errand {
  beast::http::verb method = beast::http::verb::get;
  Prober::Post content;
};

// Of the many forms only a small number of seconds is understood.
Duration retry_after_of(std::string_view text) {
  const auto seconds = to_int(text);
  if (!seconds || *seconds < 0 || *seconds > 86'400) return {};
  return std::chrono::seconds(*seconds);
}

std::string in_words(const IoError& error) {
  if (error == asio::error::eof) return "the connection was closed without an answer";
  return error.message();
}

}  // namespace

// One question from its beginning to its answer; keeps itself alive by its pending operations.
class Probe : public std::enable_shared_from_this<Probe> {
 public:
  struct Shared {
    asio::io_context& io;
    asio::thread_pool& lookups;
    asio::ssl::context& tls;
    const ProbeRules& rules;
  };
  Probe(Shared shared, Errand errand, Prober::PostAnswer answer, std::function<void()> done)
      : shared_(shared),
        errand_(std::move(errand)),
        answer_(std::move(answer)),
        done_(std::move(done)),
        timer_(shared.io),
        stream_(shared.io, shared.tls) {}

  void begin() {
    auto url = parse_outgoing_url(errand_.content.url);
    if (!url.ok()) return finish(url.error());
    url_ = std::move(*url);
    timer_.expires_after(shared_.rules.limit);
    timer_.async_wait([self = shared_from_this()](const IoError& error) {
      if (!error) self->time_out();
    });
    IoError error;
    const auto address = asio::ip::make_address(url_.host, error);
    if (!error) return resolved({}, {{address, port()}});
    asio::post(shared_.lookups, [self = shared_from_this()] { self->look_up(); });
  }

 private:
  using Endpoints = std::vector<Tcp::endpoint>;

  unsigned short port() const { return static_cast<unsigned short>(to_int(url_.port).value_or(0)); }

  // On a thread of the lookups: a name server that does not answer holds up only those.
  void look_up() {
    if (finished_) return;  // it waited too long for its turn
    asio::io_context local;
    IoError error;
    Endpoints found;
    for (const auto& entry : Tcp::resolver(local).resolve(url_.host, url_.port, error)) {
      found.push_back(entry.endpoint());
    }
    asio::post(shared_.io, [self = shared_from_this(), error, found = std::move(found)]() mutable {
      self->resolved(error, std::move(found));
    });
  }

  void resolved(const IoError& error, Endpoints found) {
    if (finished_) return;
    if (error) return fail(fmt::format("{} cannot be looked up: {}", url_.host, in_words(error)));
    for (const Tcp::endpoint& endpoint : found) {
      const std::string address = endpoint.address().to_string();
      if (std::string why = shared_.rules.refuse(address); !why.empty()) {
        return finish(invalid(fmt::format("{} is not asked: {}", url_.host, why)));
      }
    }
    if (found.empty()) return fail(url_.host + " has no address");
    endpoints_ = std::move(found);
    asio::async_connect(stream_.next_layer(), endpoints_,
                        [self = shared_from_this()](const IoError& failed, const auto&) {
                          self->connected(failed);
                        });
  }

  void connected(const IoError& error) {
    if (finished_) return;
    if (error) return fail(fmt::format("cannot connect to {}: {}", url_.host, in_words(error)));
    if (!url_.tls) return send();
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(
        [this](bool known, asio::ssl::verify_context& context) { return accepts(known, context); });
    if (SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str()) != 1) {
      return fail("TLS cannot be begun");
    }
    stream_.async_handshake(asio::ssl::stream_base::client,
                            [self = shared_from_this()](const IoError& failed) {
                              if (self->finished_) return;
                              if (failed) return self->fail_tls(failed);
                              self->send();
                            });
  }

  // Only while the handshake goes on, which keeps this object.
  bool accepts(bool known, asio::ssl::verify_context& context) {
    if (!known) {
      const int error = ::X509_STORE_CTX_get_error(context.native_handle());
      distrust_ = ::X509_verify_cert_error_string(error);
      return false;
    }
    if (asio::ssl::host_name_verification(url_.host)(known, context)) return true;
    distrust_ = "it is for another name than " + url_.host;
    return false;
  }

  void fail_tls(const IoError& error) {
    if (distrust_.empty()) return fail("TLS: " + in_words(error));
    fail(
        fmt::format("TLS: the certificate of {} is not accepted: {}; trusted is what the system "
                    "trusts, or the file that SSL_CERT_FILE names to the scheduler",
                    url_.host, distrust_));
  }

  void send() {
    request_.version(11);
    request_.method(errand_.method);
    request_.target(url_.target);
    request_.set(beast::http::field::host, url_.authority());
    request_.set(beast::http::field::user_agent, "tidemill");
    request_.set(beast::http::field::accept, "*/*");
    request_.set(beast::http::field::connection, "close");
    for (const auto& [name, value] : errand_.content.headers) request_.set(name, value);
    if (errand_.method == beast::http::verb::post) {
      request_.body() = std::move(errand_.content.body);
      request_.prepare_payload();
    }
    const auto sent = [self = shared_from_this()](const IoError& error, std::size_t) {
      if (self->finished_) return;
      if (error) return self->fail(in_words(error));
      self->receive();
    };
    if (url_.tls) return beast::http::async_write(stream_, request_, sent);
    beast::http::async_write(stream_.next_layer(), request_, sent);
  }

  void receive() {
    parser_.header_limit(kMaxAnswerHead);
    parser_.skip(true);  // whatever body there is stays where it is
    const auto read = [self = shared_from_this()](const IoError& error, std::size_t) {
      if (self->finished_) return;
      if (error) return self->fail(in_words(error));
      const auto& head = self->parser_.get();
      const auto wait = head[beast::http::field::retry_after];
      self->finish(Prober::Heard{static_cast<int>(head.result_int()),
                                 retry_after_of(std::string_view(wait.data(), wait.size()))});
    };
    if (url_.tls) return beast::http::async_read_header(stream_, buffer_, parser_, read);
    beast::http::async_read_header(stream_.next_layer(), buffer_, parser_, read);
  }

  void time_out() {
    if (finished_) return;
    fail(fmt::format("no answer within {}", format_duration(shared_.rules.limit)));
  }

  void fail(std::string why) { finish(unavailable(std::move(why))); }

  void finish(Result<Prober::Heard> result) {
    if (finished_.exchange(true)) return;
    timer_.cancel();
    IoError ignored;
    stream_.next_layer().close(ignored);
    answer_(std::move(result));
    done_();
  }

  Shared shared_;
  Errand errand_;
  Prober::PostAnswer answer_;
  std::function<void()> done_;
  asio::steady_timer timer_;
  TlsStream stream_;
  OutgoingUrl url_;
  std::string distrust_;  // why the peer's certificate is not accepted
  Endpoints endpoints_;
  beast::http::request<beast::http::string_body> request_;
  beast::flat_buffer buffer_{kMaxAnswerHead};
  beast::http::response_parser<beast::http::empty_body> parser_;
  std::atomic<bool> finished_ = false;  // changes on the prober's thread
};

struct Prober::Parts {
  explicit Parts(ProbeRules given) : rules(std::move(given)) {
    tls.set_default_verify_paths();
    thread = std::thread([this] { io.run(); });
  }

  void run(Errand errand, PostAnswer answer) {
    if (under_way == rules.most_at_once) {
      waiting.emplace_back(std::move(errand), std::move(answer));
      return;
    }
    ++under_way;
    std::make_shared<Probe>(Probe::Shared{io, lookups, tls, rules}, std::move(errand),
                            std::move(answer), [this] { next(); })
        ->begin();
  }

  void take(Errand errand, PostAnswer answer) {
    asio::post(io, [this, errand = std::move(errand), answer = std::move(answer)]() mutable {
      run(std::move(errand), std::move(answer));
    });
  }

  void next() {
    --under_way;
    if (waiting.empty()) return;
    auto [errand, answer] = std::move(waiting.front());
    waiting.pop_front();
    // Not from within the end of another: many that are refused at once would pile up.
    take(std::move(errand), std::move(answer));
  }

  ProbeRules rules;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  // The prober's thread only.
  std::size_t under_way = 0;
  std::deque<std::pair<Errand, PostAnswer>> waiting;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::thread_pool lookups{kLookups};
  std::thread thread;
};

Prober::Prober(ProbeRules rules) : parts_(std::make_unique<Parts>(std::move(rules))) {}

Prober::~Prober() {
  parts_->io.stop();
  parts_->thread.join();
  parts_->lookups.stop();
  parts_->lookups.join();
}

void Prober::ask(Question question, Answer answer) {
  Errand errand;
  if (question.head) errand.method = beast::http::verb::head;
  errand.content.url = std::move(question.url);
  parts_->take(std::move(errand), [answer = std::move(answer)](const Result<Heard>& heard) {
    answer(heard.ok() ? Result<int>(heard->status) : Result<int>(heard.error()));
  });
}

void Prober::post(Post post, PostAnswer answer) {
  parts_->take({beast::http::verb::post, std::move(post)}, std::move(answer));
}

}  // namespace tidemill::http
