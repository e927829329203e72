// A client that behaves: routes, permissions, bodies, connections, answers.
#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;

class Letters : public http::BodySource {
 public:
  explicit Letters(std::uint64_t size, std::uint64_t fails_at = ~0ull)
      : size_(size), fails_at_(fails_at) {}
  std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t most) override {
    if (offset + most > fails_at_) return unavailable("the disk is gone");
    std::string text;
    for (std::uint64_t i = offset; i < std::min(size_, offset + most); ++i) text += letter(i);
    return text;
  }
  static char letter(std::uint64_t at) { return static_cast<char>('a' + at % 23); }

 private:
  std::uint64_t size_, fails_at_;
};

Response from(std::shared_ptr<http::BodySource> source) {
  Response response;
  response.content_type = "text/plain";
  response.source = std::move(source);
  return response;
}

class HttpServer : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/hello", Permission::anyone, [](const Request&) {
      return Response::json(Json::Object{{"hello", "world"}});
    });
    add(Method::get, "/big", Permission::anyone, [](const Request&) {
      return Response::json(Json::Object{{"text", std::string(3 << 20, 'x')}});
    });
    add(Method::get, "/letters", Permission::anyone,
        [](const Request&) { return from(std::make_shared<Letters>(1 << 20)); });
    add(Method::get, "/torn", Permission::anyone,
        [](const Request&) { return from(std::make_shared<Letters>(1 << 20, 600'000)); });
    add(Method::get, "/dags/{dag}", Permission::read, [](const Request& request) {
      return Response::json(Json::Object{{"dag", request.capture("dag")}});
    });
    add(Method::post, "/dags/{dag}/runs", Permission::operate, [](const Request& request) {
      auto body = request.json();
      if (!body.ok()) return Response::error(body.error());
      return Response::json(Json(std::move(*body)), 201);
    });
    add(Method::get, "/dags", Permission::read,
        [](const Request& request) { return Response::text(request.who.name, "text/plain"); });
    add(Method::post, "/runs/{run}/cancel", Permission::operate, [](const Request& request) {
      return Response::text(request.capture("run"), "text/plain");
    });
    routes_.back().checked_by_handler = true;
    add(Method::post, "/freeze", Permission::operate,
        [](const Request&) { return Response::text("", "text/plain"); });
    add(Method::post, "/hooks/{hook}", Permission::anyone, [](const Request& request) {
      return Response::text(request.who.signed_in() ? "known" : "anonymous", "text/plain");
    });
    routes_.back().webhook = true;
    routes_.back().body = http::Route::Body::raw;
    add(Method::get, "/users", Permission::administer,
        [](const Request&) { return Response::text("", "text/plain"); });
    add(Method::get, "/throws", Permission::anyone,
        [](const Request&) -> Response { throw std::runtime_error("the secret reason"); });
    serve();
  }

  testing::RawAnswer get(const std::string& path, const std::string& headers = "") {
    return exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  }
  testing::RawAnswer post(const std::string& path, const std::string& headers,
                          const std::string& body = "") {
    return exchange("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
                    (body.empty() ? "" : "Content-Type: application/json\r\n") +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
};

const std::string kViewer = "Authorization: Bearer viewer\r\n";
const std::string kOperator = "Authorization: Bearer operator\r\n";

TEST_F(HttpServer, AnswersAGet) {
  const auto answer = get("/hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"hello":"world"})");
  EXPECT_EQ(answer.header("content-type"), "application/json");
}

TEST_F(HttpServer, HeadHasTheLengthAndNoBody) {
  testing::RawClient client(port_);
  client.send(
      "HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
      "localhost\r\n\r\n");
  const auto answer = client.read_answer(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), "17");
  EXPECT_EQ(client.read_answer().body, R"({"hello":"world"})");
}

TEST_F(HttpServer, TakesABodyWithAToken) {
  const auto answer = post("/dags/daily/runs", kOperator, R"({"a":1})");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, R"({"a":1})");
  EXPECT_EQ(post("/dags/daily/runs", kOperator).body, "{}");
  EXPECT_EQ(post("/dags/daily/runs", kOperator, "[1]").status, 400);
  EXPECT_EQ(post("/dags/daily/runs", kOperator, R"({"a":1,"a":2})").status, 400);
}

TEST_F(HttpServer, ABodyMayComeByteByByte) {
  testing::RawClient client(port_);
  const std::string request =
      "POST /dags/daily/runs HTTP/1.1\r\nHost: localhost\r\n" + kOperator +
      "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
  for (const char c : request) client.send(std::string_view(&c, 1));
  EXPECT_EQ(client.read_answer().status, 201);
}

TEST_F(HttpServer, AsksForTheBodyWhenTheClientWaits) {
  testing::RawClient client(port_);
  client.send(
      "POST /dags/daily/runs HTTP/1.1\r\nHost: localhost\r\n" + kOperator +
      "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  client.send("{}");
  EXPECT_EQ(client.read_answer().status, 201);
}

TEST_F(HttpServer, DoesNotAskForABodyThatItRefuses) {
  testing::RawClient client(port_);
  client.send(
      "POST /dags/daily/runs HTTP/1.1\r\nHost: localhost\r\n" + kViewer +
      "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 403);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  testing::RawClient client(port_);
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /dags/d" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n" + kViewer +
                "\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.read_answer().body, "{\"dag\":\"d" + std::to_string(i) + "\"}");
  }
}

TEST_F(HttpServer, ABodyAndTheNextRequestMayComeTogether) {
  testing::RawClient client(port_);
  client.send("POST /dags/daily/runs HTTP/1.1\r\nHost: localhost\r\n" + kOperator +
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
              "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 201);
  EXPECT_EQ(client.read_answer().body, R"({"hello":"world"})");
}

TEST_F(HttpServer, KeepsTheConnectionUntilItIsToldTo) {
  testing::RawClient client(port_);
  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_answer().header("connection"), "");
  client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 404);
  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: Close\r\n\r\n");
  EXPECT_EQ(client.read_answer().header("connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServer, AClientThatSentEverythingMayCloseItsSide) {
  testing::RawClient client(port_);
  client.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(client.read_answer().body.size(), (3u << 20) + 11);
}

// Who may what.

TEST_F(HttpServer, AsksWhoIsThere) {
  const auto answer = get("/dags/daily");
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(answer.header("www-authenticate").starts_with("Bearer"));
  EXPECT_EQ(get("/dags/daily", "Authorization: Bearer garbage\r\n").status, 401);
  EXPECT_EQ(get("/dags/daily", "Authorization: Basic YTpi\r\n").status, 401);
  EXPECT_EQ(get("/dags/daily", "Authorization: Bearer " + std::string(10'000, 'x') + "\r\n").status,
            401);
  EXPECT_EQ(get("/dags/daily", kViewer).status, 200);
}

TEST_F(HttpServer, AnOldCookieDoesNotKeepAnybodyFromSigningIn) {
  EXPECT_EQ(get("/hello", "Cookie: session=gone\r\n").status, 200);
}

TEST_F(HttpServer, RolesDecide) {
  EXPECT_EQ(post("/dags/daily/runs", kViewer, "{}").status, 403);
  EXPECT_EQ(post("/freeze", kViewer).status, 403);
  EXPECT_EQ(post("/freeze", kOperator).status, 200);
  EXPECT_EQ(get("/users", kOperator).status, 403);
  EXPECT_EQ(get("/users", "Authorization: Bearer admin\r\n").status, 200);
}

TEST_F(HttpServer, GrantsAreForOneDag) {
  const std::string one = "Authorization: Bearer only-daily\r\n";
  EXPECT_EQ(post("/dags/daily/runs", one, "{}").status, 201);
  EXPECT_EQ(get("/dags", one).status, 200);
  EXPECT_EQ(post("/runs/12/cancel", one).status, 200) << "the handler checks the dag of the run";
  EXPECT_EQ(post("/freeze", one).status, 403);
  EXPECT_EQ(get("/users", one).status, 403);
}

TEST_F(HttpServer, ADagThatOneMayNotReadIsLikeNone) {
  const std::string one = "Authorization: Bearer only-daily\r\n";
  const auto hidden = get("/dags/secret", one);
  const auto missing = get("/nothing/secret", one);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.body, missing.body);
  EXPECT_EQ(get("/dags/daily2", one).status, 404) << "names are compared whole";
  EXPECT_EQ(get("/dags/dail", one).status, 404);
}

TEST_F(HttpServer, AWebhookHasNoSender) {
  EXPECT_EQ(post("/hooks/1", "Authorization: Bearer admin\r\nCookie: session=admin\r\n", "{}").body,
            "anonymous");
}

// Requests from other sites.

TEST_F(HttpServer, PagesOfOtherSitesChangeNothing) {
  const std::string cookie = "Cookie: session=operator\r\n";
  const auto status = [&](const std::string& headers) { return post("/freeze", headers).status; };
  EXPECT_EQ(status(cookie + "Sec-Fetch-Site: same-origin\r\n"), 200);
  EXPECT_EQ(status(cookie + "Sec-Fetch-Site: none\r\n"), 200);
  EXPECT_EQ(status(cookie + "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status(cookie + "Sec-Fetch-Site: same-site\r\n"), 403);
  EXPECT_EQ(status(cookie + "Sec-Fetch-Site: \r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: http://localhost\r\n"), 200);
  EXPECT_EQ(status(cookie + "Origin: http://localhost:9999\r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: http://localhost.evil.example\r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: http://evil.example/localhost\r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: null\r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: \r\n"), 403);
  EXPECT_EQ(status(cookie + "Origin: file://\r\n"), 403);
  EXPECT_EQ(status(cookie + "Referer: http://localhost/\r\n"), 403);
  EXPECT_EQ(status(cookie), 403);
  EXPECT_EQ(status(cookie + kOperator), 403) << "a token does not excuse a cookie";
  EXPECT_EQ(status(kOperator), 200);
  EXPECT_EQ(status(kOperator + "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status(kOperator + "Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(status(""), 403);
  EXPECT_EQ(get("/dags", cookie + "Sec-Fetch-Site: cross-site\r\n").status, 200)
      << "a link from elsewhere may be followed";
}

// Answers.

TEST_F(HttpServer, EveryAnswerHasTheSecurityHeaders) {
  for (const std::string path :
       {"/hello", "/nothing", "/dags/daily", "/throws", "/letters", "/a//b"}) {
    SCOPED_TRACE(path);
    const auto answer = get(path);
    const std::string policy = answer.header("content-security-policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    for (const char* part : {"img-src 'self' data:", "connect-src 'self'", "form-action 'self'",
                             "frame-ancestors 'none'", "base-uri 'none'"}) {
      EXPECT_NE(policy.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(answer.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("server"), "");
    EXPECT_EQ(answer.header("access-control-allow-origin"), "");
    EXPECT_TRUE(answer.header("date").ends_with(" GMT"));
    EXPECT_FALSE(answer.header("x-request-id").empty());
  }
}

TEST_F(HttpServer, RequestIdsAreNotTakenFromTheClient) {
  const auto first = get("/hello", "X-Request-Id: mine\r\n").header("x-request-id");
  EXPECT_NE(first, "mine");
  EXPECT_NE(first, get("/hello").header("x-request-id"));
}

TEST_F(HttpServer, AHandlerThatThrowsCostsOneRequest) {
  testing::RawClient client(port_);
  client.send(
      "GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
      "localhost\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(errors(), std::vector<std::string>{"the secret reason"});
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(HttpServer, AnAuthenticatorThatThrowsLetsNobodyIn) {
  server_.reset();
  authenticate_ = [](const Request&) -> Result<Principal> {
    throw std::runtime_error("no database");
  };
  serve();
  EXPECT_EQ(get("/dags/daily", kViewer).status, 500);
}

TEST_F(HttpServer, SaysWhenTheClientHasTheContentAlready) {
  const auto first = get("/hello");
  const std::string tag = first.header("etag");
  ASSERT_TRUE(tag.starts_with("W/\""));
  const auto again = get("/hello", "If-None-Match: \"x\", " + tag + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.header("etag"), tag);
  EXPECT_EQ(again.header("content-length"), "");
  EXPECT_EQ(get("/hello", "If-None-Match: \"x\"\r\n").status, 200);
}

TEST_F(HttpServer, CompressesForThoseWhoAsk) {
  const auto plain = get("/big");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  const auto packed = get("/big", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size() / 100);
  EXPECT_TRUE(packed.body.starts_with("\x1f\x8b"));
  EXPECT_EQ(packed.header("etag"), plain.header("etag"));
  EXPECT_EQ(get("/big", "Accept-Encoding: gzip;q=0\r\n").header("content-encoding"), "");
  EXPECT_EQ(get("/hello", "Accept-Encoding: gzip\r\n").header("content-encoding"), "");
}

TEST_F(HttpServer, SendsPartsOfASource) {
  const auto whole = get("/letters");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body.size(), 1u << 20);
  EXPECT_EQ(whole.body[700'000], Letters::letter(700'000));
  const auto part = get("/letters", "Range: bytes=300000-699999\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("content-range"), "bytes 300000-699999/1048576");
  EXPECT_EQ(part.body, whole.body.substr(300'000, 400'000));
  EXPECT_EQ(get("/letters", "Range: bytes=-5\r\n").body, whole.body.substr((1 << 20) - 5));
  EXPECT_EQ(get("/letters", "Range: bytes=1048570-\r\n").body, whole.body.substr(1048570));
  EXPECT_EQ(get("/letters", "Range: bytes=0-99999999999\r\n").body.size(), 1u << 20);
  const auto outside = get("/letters", "Range: bytes=1048576-\r\n");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.header("content-range"), "bytes */1048576");
  EXPECT_EQ(outside.body, "");
}

TEST_F(HttpServer, IgnoresRangesThatAreNotOne) {
  std::string many = "Range: bytes=0-0";
  for (int i = 1; i < 1500; ++i) many += ",1-1";
  for (const std::string& range :
       {many + "\r\n", std::string("Range: bytes=5-2\r\n"), std::string("Range: bytes=a-b\r\n"),
        std::string("Range: lines=0-1\r\n"), std::string("Range: bytes=-\r\n"),
        std::string("Range: bytes=0-1\r\nIf-Range: \"x\"\r\n")}) {
    const auto answer = get("/letters", range);
    EXPECT_EQ(answer.status, 200) << range.substr(0, 40);
    EXPECT_EQ(answer.body.size(), 1u << 20);
  }
}

TEST_F(HttpServer, ASourceThatFailsCutsTheConnection) {
  testing::RawClient client(port_);
  client.send("GET /torn HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.header("content-length"), "1048576");
  EXPECT_LT(answer.body.size(), 1u << 20);
  EXPECT_EQ(errors(), std::vector<std::string>{"the disk is gone"});
}

TEST_F(HttpServer, RecordsWhatItAnswered) {
  get("/dags/daily?limit=5", kViewer);
  get("/dags/daily");
  server_.reset();
  ASSERT_EQ(records().size(), 2u);
  EXPECT_EQ(records()[0].method, "GET");
  EXPECT_EQ(records()[0].path, "/dags/daily");
  EXPECT_EQ(records()[0].status, 200);
  EXPECT_EQ(records()[0].who, "viewer");
  EXPECT_EQ(records()[0].remote, "127.0.0.1");
  EXPECT_GT(records()[0].bytes, 100u);
  EXPECT_EQ(records()[1].status, 401);
  EXPECT_EQ(records()[1].who, "");
}

}  // namespace
}  // namespace tidemill
