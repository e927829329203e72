// What was published against a server that this project does not use, replayed against its own.
// Each test is named after its CVE.
#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;

class HttpCve : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/ok", Permission::anyone, [this](const Request& request) {
      ++handled_;
      return Response::text(request.remote, "text/plain");
    });
    add(Method::post, "/take", Permission::anyone, [this](const Request& request) {
      ++handled_;
      return Response::text(std::to_string(request.body.size()), "text/plain");
    });
    routes_.back().body = http::Route::Body::raw;
    add(Method::get, "/redirect", Permission::anyone, [](const Request& request) {
      Response response;
      response.status = 303;
      response.with("Location", request.query.text("to") + injected_);
      return response;
    });
    add(Method::get, "/throws", Permission::anyone,
        [](const Request&) -> Response { throw std::runtime_error("password=hunter2"); });
    serve();
  }

  testing::RawAnswer post(const std::string& headers, const std::string& body) {
    testing::RawClient client(port_);
    client.send("POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\n" +
                headers + "\r\n");
    client.send(body);
    return client.read_answer();
  }

  inline static std::string injected_;
  std::atomic<int> handled_{0};
};

TEST_F(HttpCve, CVE_2023_26130_LineEndsInResponseHeaders) {
  injected_ = "/x\r\nSet-Cookie: session=evil";
  const auto answer = exchange("GET /redirect?to=/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.header("set-cookie"), "");
  injected_ = "";
  EXPECT_EQ(
      exchange("GET /redirect?to=/a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
      400);
}

TEST_F(HttpCve, CVE_2025_46728_ChunkedBodiesIgnoreTheLimit) {
  EXPECT_EQ(
      post("Transfer-Encoding: chunked\r\n", "1000000\r\n" + std::string(2 << 20, 'x')).status,
      501);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2025_53629_ManyChunksIgnoreTheLimit) {
  std::string chunks;
  for (int i = 0; i < 10'000; ++i) chunks += "1\r\nx\r\n";
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n", chunks).status, 501);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2025_53628_LineWithoutEnd) {
  testing::RawClient client(port_);
  client.send("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: ");
  const std::string piece(64 << 10, 'a');
  bool taken = true;
  for (int i = 0; i < 1024 && taken; ++i) taken = client.send(piece);
  EXPECT_FALSE(taken) << "64 MiB of one line were read";
}

TEST_F(HttpCve, CVE_2025_52887_HeadersWithoutNumber) {
  std::string head = "GET /ok HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 0; i < 1000; ++i) head += "A: b\r\n";
  EXPECT_EQ(exchange(head + "\r\n").status, 431);
  testing::RawClient client(port_);
  client.send("GET /ok HTTP/1.1\r\nHost: localhost\r\n");
  bool taken = true;
  for (int i = 0; i < 10'000 && taken; ++i) taken = client.send(head);
  EXPECT_FALSE(taken);
}

TEST_F(HttpCve, CVE_2025_66570_ClientSetsItsOwnAddress) {
  EXPECT_EQ(exchange("GET /ok HTTP/1.1\r\nHost: localhost\r\nREMOTE_ADDR: 6.6.6.6\r\n\r\n").status,
            400);
  EXPECT_EQ(exchange("GET /ok HTTP/1.1\r\nHost: localhost\r\nRemote-Addr: 6.6.6.6\r\n\r\n").body,
            "127.0.0.1");
}

TEST_F(HttpCve, CVE_2026_22776_CompressedBodies) {
  EXPECT_EQ(post("Content-Encoding: gzip\r\nContent-Length: 20\r\n", std::string(20, 'x')).status,
            415);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2026_28435_CompressedBodiesAsAStream) {
  EXPECT_EQ(post("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "").status, 501);
  EXPECT_EQ(post("Content-Encoding: gzip\r\nContent-Length: 900000\r\n", "").status, 415);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2026_28434_ExceptionTextsLeak) {
  const auto answer = exchange("GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ((answer.head + answer.body).find("hunter2"), std::string::npos);
  EXPECT_EQ(answer.header("exception_what"), "");
  EXPECT_NE(answer.header("x-request-id"), "");
}

TEST_F(HttpCve, CVE_2026_34441_UnreadBodyOfAGet) {
  for (const std::string path : {"/ok", "/nothing"}) {
    const int before = handled_;
    testing::RawClient client(port_);
    std::string hidden(8 << 10, ' ');
    hidden.append("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
    EXPECT_EQ(client.read_answer().status, 400);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(handled_, before);
  }
}

TEST_F(HttpCve, CVE_2026_45352_NegativeChunkSize) {
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n", "-2\r\nxx\r\n0\r\n\r\n").status, 501);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2026_45372_EncodedLineEndsInHeaderValues) {
  EXPECT_EQ(
      exchange("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: a%0d%0aSet-Cookie: x\r\n\r\n").status,
      400);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpCve, CVE_2026_29076_PatternsThatRecurse) {
  EXPECT_EQ(
      exchange("GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
      404);
  EXPECT_EQ(
      exchange("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(15'000, ',') + "\r\n\r\n")
          .status,
      200);
}

}  // namespace
}  // namespace tidemill
