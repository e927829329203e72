// Where the server listens: several addresses, a Unix socket, TLS.
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "tests/support/certificate.h"
#include "tests/support/http_fixture.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;

class HttpEndpoints : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/who", Permission::anyone, [](const Request& request) {
      return Response::text(
          request.remote + " " + (request.tls ? "tls " : "plain ") + request.who.name,
          "text/plain");
    });
    add(Method::post, "/change", Permission::administer,
        [](const Request&) { return Response::text("changed", "text/plain"); });
  }
  Error start_error() {
    auto server = http::Server::start(options_, http::RouteTable(routes_), authenticate_);
    return server.ok() ? Error{ErrorCode::corrupt, "it started"} : server.error();
  }

  testing::TemporaryDirectory folder_;
};

const std::string kGet = "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(HttpEndpoints, SeveralAtOnce) {
  options_.endpoints = {{"127.0.0.1", 0, ""}, {"::1", 0, ""}, {"", 0, folder_ / "socket"}};
  serve();
  ASSERT_EQ(server_->endpoints().size(), 3u);
  EXPECT_NE(server_->endpoints()[1].port, 0);
  EXPECT_EQ(exchange(kGet).body, "127.0.0.1 plain ");
  testing::RawClient local(folder_ / "socket");
  local.send(kGet);
  EXPECT_EQ(local.read_answer().body, "unix plain ");
}

TEST_F(HttpEndpoints, TheUnixSocketIsForItsOwner) {
  options_.endpoints = {{"", 0, folder_ / "socket"}};
  serve();
  struct stat info = {};
  ASSERT_EQ(::stat((folder_ / "socket").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  testing::RawClient local(folder_ / "socket");
  local.send("POST /change HTTP/1.1\r\nHost: tidemill\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(local.read_answer().body, "changed") << "no Origin and no token are needed";
  local.send("POST /change HTTP/1.1\r\nHost: x\r\nCookie: session=admin\r\n\r\n");
  EXPECT_EQ(local.read_answer().status, 403);
  server_.reset();
  EXPECT_NE(::stat((folder_ / "socket").c_str(), &info), 0) << "it is removed";
}

TEST_F(HttpEndpoints, ASocketLeftBehindIsReplacedAndALiveOneIsNot) {
  options_.endpoints = {{"", 0, folder_ / "socket"}};
  serve();
  EXPECT_NE(start_error().message.find("another process listens"), std::string::npos);
  ASSERT_EQ(::rename((folder_ / "socket").c_str(), (folder_ / "old").c_str()), 0);
  server_.reset();
  options_.endpoints = {{"", 0, folder_ / "old"}};
  serve();
  testing::RawClient local(folder_ / "old");
  local.send(kGet);
  EXPECT_EQ(local.read_answer().status, 200);
}

TEST_F(HttpEndpoints, SaysWhatIsWrongWithAnEndpoint) {
  options_.endpoints = {{"localhost", 0, ""}};
  EXPECT_NE(start_error().message.find("not an IPv4 or IPv6 address"), std::string::npos);
  options_.endpoints = {{"", 0, "/" + std::string(200, 'x')}};
  EXPECT_NE(start_error().message.find("longer than"), std::string::npos);
  options_.endpoints = {{"", 0, folder_ / "none/socket"}};
  EXPECT_NE(start_error().message.find("No such file"), std::string::npos);
  ASSERT_TRUE(write_file_atomic(folder_ / "file", "precious").ok());
  options_.endpoints = {{"", 0, folder_ / "file"}};
  EXPECT_NE(start_error().message.find("is not a socket"), std::string::npos);
  options_.endpoints = {};
  serve();
  options_.endpoints = {{"127.0.0.1", port_, ""}};
  EXPECT_NE(start_error().message.find("in use"), std::string::npos);
  options_.endpoints = {{"127.0.0.1", 0, ""}};
  options_.certificate_file = folder_ / "none.pem";
  options_.key_file = folder_ / "none.pem";
  EXPECT_NE(start_error().message.find("none.pem"), std::string::npos);
}

class HttpTls : public HttpEndpoints {
 protected:
  void SetUp() override {
    HttpEndpoints::SetUp();
    add(Method::get, "/large", Permission::anyone,
        [](const Request&) { return Response::text(std::string(1 << 20, 'x'), "text/plain"); });
    add(Method::get, "/events", Permission::anyone, [](const Request&) {
      Response response;
      response.event_stream = true;
      response.topics = {"runs"};
      return response;
    });
    options_.certificate_file = folder_ / "certificate.pem";
    options_.key_file = folder_ / "key.pem";
    testing::write_certificate(options_.certificate_file, options_.key_file);
    serve();
  }

  struct Tls {
    explicit Tls(std::uint16_t port, int highest_version = TLS1_3_VERSION) : client(port) {
      context = SSL_CTX_new(TLS_client_method());
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_min_proto_version(context, 0);
      SSL_CTX_set_max_proto_version(context, highest_version);
      ssl = SSL_new(context);
      SSL_set_fd(ssl, client.fd());
      connected = SSL_connect(ssl) == 1;
    }
    ~Tls() {
      SSL_free(ssl);
      SSL_CTX_free(context);
    }
    void send(std::string_view bytes) {
      ASSERT_EQ(SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())),
                static_cast<int>(bytes.size()));
    }
    std::string read_until(std::string_view mark) {
      std::string text;
      char buffer[16 << 10];
      while (text.find(mark) == std::string::npos) {
        const int count = SSL_read(ssl, buffer, sizeof buffer);
        if (count <= 0) break;
        text.append(buffer, static_cast<std::size_t>(count));
      }
      return text;
    }

    testing::RawClient client;
    SSL_CTX* context;
    SSL* ssl;
    bool connected;
  };
};

TEST_F(HttpTls, AnswersOverTls) {
  Tls tls(port_);
  ASSERT_TRUE(tls.connected);
  EXPECT_STREQ(SSL_get_version(tls.ssl), "TLSv1.3");
  tls.send(kGet + kGet);
  EXPECT_NE(tls.read_until("127.0.0.1 tls ").find("200 OK"), std::string::npos);
  tls.send("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_GT(tls.read_until("never").size(), 1u << 20);
  EXPECT_EQ(SSL_get_shutdown(tls.ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN)
      << "cut off, not ended";
}

TEST_F(HttpTls, StreamsOverTls) {
  Tls tls(port_);
  tls.send("GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\n\r\n");
  EXPECT_NE(tls.read_until("retry: 2000\nid: ").find("text/event-stream"), std::string::npos);
  server_->events().publish({{"runs", "run", "", "1"}});
  EXPECT_NE(tls.read_until("data: 1\n\n"), "");
}

TEST_F(HttpTls, SpeaksNothingOlderThanTls12) {
  EXPECT_TRUE(Tls(port_, TLS1_2_VERSION).connected);
  EXPECT_FALSE(Tls(port_, TLS1_1_VERSION).connected);
  EXPECT_FALSE(Tls(port_, TLS1_VERSION).connected);
}

TEST_F(HttpTls, ANewCertificateCountsForNewConnections) {
  const auto fingerprint = [](const Tls& tls) {
    X509* certificate = SSL_get1_peer_certificate(tls.ssl);
    const std::string digest = [&] {
      unsigned char bytes[EVP_MAX_MD_SIZE];
      unsigned size = 0;
      X509_digest(certificate, EVP_sha256(), bytes, &size);
      return std::string(reinterpret_cast<char*>(bytes), size);
    }();
    X509_free(certificate);
    return digest;
  };
  Tls before(port_);
  testing::write_certificate(options_.certificate_file, folder_ / "other.pem");
  EXPECT_FALSE(server_->reload_certificate().ok()) << "the key is of another certificate";
  EXPECT_EQ(fingerprint(Tls(port_)), fingerprint(before));
  testing::write_certificate(options_.certificate_file, options_.key_file);
  EXPECT_TRUE(server_->reload_certificate().ok());
  before.send(kGet);
  EXPECT_NE(before.read_until("tls ").find("200 OK"), std::string::npos);
  EXPECT_NE(fingerprint(Tls(port_)), fingerprint(before));
}

TEST_F(HttpTls, PlainTextToATlsPortIsNotAnswered) {
  testing::RawClient plain(port_);
  plain.send(kGet);
  const std::string answer = plain.read_until("never");
  EXPECT_EQ(answer.find("HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(Tls(port_).connected);
}

}  // namespace
}  // namespace tidemill
