// Bad requests as raw bytes: each has one exact status, a problem document, and no second reading.
#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;

struct Row {
  const char* name;
  std::string bytes;
  int status;
  bool closes;
};

std::string get(const std::string& target, const std::string& headers = "Host: localhost\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

// A request that changes something, from a program with a token.
std::string post(const std::string& headers, const std::string& body = "") {
  return "POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin\r\n" + headers +
         "\r\n" + body;
}

const std::string kJson = "Content-Type: application/json\r\n";

class HttpBadRequests : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/", Permission::anyone, echo());
    add(Method::get, "/ok", Permission::anyone, echo());
    add(Method::get, "/item/{name}", Permission::anyone, echo());
    add(Method::post, "/take", Permission::signed_in, echo());
    add(Method::post, "/raw", Permission::signed_in, echo());
    routes_.back().body = http::Route::Body::raw;
    add(Method::delete_, "/take", Permission::signed_in, echo());
    routes_.back().body_limit = 0;
    options_.hosts = {"flows.example.org"};
    serve();
  }

  http::Handler echo() {
    return [this](const Request& request) {
      ++handled_;
      return Response::json(Json::Object{{"path", request.path}, {"remote", request.remote}});
    };
  }

  void expect(const Row& row) {
    SCOPED_TRACE(row.name);
    const int before = handled_;
    testing::RawClient client(port_);
    client.send(row.bytes);
    const auto answer = client.read_answer(row.bytes.starts_with("HEAD "));
    EXPECT_EQ(answer.status, row.status) << answer.head << answer.body;
    if (row.status < 400) return;
    EXPECT_EQ(handled_, before) << "the handler saw it";
    EXPECT_EQ(answer.header("connection"), row.closes ? "close" : "");
    if (row.closes) {
      EXPECT_TRUE(client.is_closed());
    }
    if (row.bytes.starts_with("HEAD ")) return;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    const auto problem = parse_json(answer.body);
    ASSERT_TRUE(problem.ok()) << answer.body;
    EXPECT_EQ(*problem->find("status"), Json(row.status));
    EXPECT_FALSE(problem->find("detail")->as_string().empty());
  }
  void expect_all(const std::vector<Row>& rows) {
    for (const Row& row : rows) expect(row);
    EXPECT_EQ(exchange(get("/ok")).status, 200) << "the server no longer answers";
  }

  std::atomic<int> handled_{0};
};

TEST_F(HttpBadRequests, B67_Host) {
  expect_all({
      {"none", get("/ok", ""), 400, true},
      {"two", get("/ok", "Host: localhost\r\nHost: localhost\r\n"), 400, true},
      {"two, other case", get("/ok", "Host: localhost\r\nhOST: evil.example\r\n"), 400, true},
      {"foreign", get("/ok", "Host: evil.example\r\n"), 421, true},
      {"foreign with our port", get("/ok", "Host: evil.example:8420\r\n"), 421, true},
      {"foreign with an allowed name as its end", get("/ok", "Host: xlocalhost\r\n"), 421, true},
      {"foreign with an allowed name as its start", get("/ok", "Host: localhost.evil.example\r\n"),
       421, true},
      {"foreign address", get("/ok", "Host: 192.0.2.7\r\n"), 421, true},
      {"empty", get("/ok", "Host: \r\n"), 400, true},
      {"user", get("/ok", "Host: localhost@evil.example\r\n"), 400, true},
      {"comma", get("/ok", "Host: localhost, evil.example\r\n"), 400, true},
      {"port 0", get("/ok", "Host: localhost:0\r\n"), 400, true},
      {"port 65536", get("/ok", "Host: localhost:65536\r\n"), 400, true},
      {"port is a word", get("/ok", "Host: localhost:http\r\n"), 400, true},
      {"open bracket", get("/ok", "Host: [::1\r\n"), 400, true},
      {"localhost", get("/ok", "Host: localhost\r\n"), 200, false},
      {"LOCALHOST:9", get("/ok", "Host: LOCALHOST:9\r\n"), 200, false},
      {"127.0.0.1", get("/ok", "Host: 127.0.0.1:8420\r\n"), 200, false},
      {"[::1]", get("/ok", "Host: [::1]:8420\r\n"), 200, false},
      {"listed", get("/ok", "Host: Flows.Example.org\r\n"), 200, false},
  });
}

TEST_F(HttpBadRequests, B68_BodyFraming) {
  expect_all({
      {"CL and TE", post(kJson + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "{}"), 400,
       true},
      {"TE and CL", post(kJson + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "{}"), 400,
       true},
      {"two equal CL", post(kJson + "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400, true},
      {"two CL", post(kJson + "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400, true},
      {"CL list", post(kJson + "Content-Length: 2, 2\r\n", "{}"), 400, true},
      {"CL -1", post(kJson + "Content-Length: -1\r\n"), 400, true},
      {"CL +5", post(kJson + "Content-Length: +5\r\n", "{   }"), 400, true},
      {"CL 0x2", post(kJson + "Content-Length: 0x2\r\n", "{}"), 400, true},
      {"CL 1e18", post(kJson + "Content-Length: 1e18\r\n"), 400, true},
      {"CL 10^18", post(kJson + "Content-Length: 1000000000000000000\r\n"), 400, true},
      {"CL 2^64 + 2", post(kJson + "Content-Length: 18446744073709551618\r\n", "{}"), 400, true},
      {"CL empty", post(kJson + "Content-Length:\r\n"), 400, true},
      {"CL 1 2", post(kJson + "Content-Length: 1 2\r\n", "{}"), 400, true},
      {"TE chunked", post(kJson + "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"), 501,
       true},
      {"TE identity", post(kJson + "Transfer-Encoding: identity\r\n"), 501, true},
      {"TE xchunked", post(kJson + "Transfer-Encoding: xchunked\r\n"), 501, true},
      {"TE with a tab", post(kJson + "Transfer-Encoding:\tchunked\r\n"), 501, true},
      {"TE twice", post(kJson + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400,
       true},
      {"TE on GET", get("/ok", "Host: localhost\r\nTransfer-Encoding: chunked\r\n"), 501, true},
      {"a length with zeros in front", post(kJson + "Content-Length: 0002\r\n", "{}"), 200, false},
  });
}

TEST_F(HttpBadRequests, B69_BodyOfAGet) {
  const std::string body = "Host: localhost\r\nContent-Length: 4\r\n";
  expect_all({
      {"GET", get("/ok", body) + "body", 400, true},
      {"HEAD", "HEAD /ok HTTP/1.1\r\n" + body + "\r\nbody", 400, true},
      {"GET of nothing", get("/nothing", body) + "body", 400, true},
      {"an empty one", get("/ok", "Host: localhost\r\nContent-Length: 0\r\n"), 200, false},
  });
}

TEST_F(HttpBadRequests, B70_B71_B79_BodyThatTheRouteDoesNotTake) {
  expect_all({
      // Only the head is sent: an answer proves that the body was not waited for.
      {"over 1 MiB", post(kJson + "Content-Length: 1048577\r\n"), 413, true},
      {"over 1 MiB, asking first",
       post(kJson + "Content-Length: 1048577\r\nExpect: 100-continue\r\n"), 413, true},
      {"1 PB", post(kJson + "Content-Length: 1000000000000000\r\n"), 413, true},
      {"none is taken",
       "DELETE /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin\r\n"
       "Content-Length: 2\r\n\r\n{}",
       413, true},
      {"gzip", post(kJson + "Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"), 415, true},
      {"br", post(kJson + "Content-Encoding: br\r\nContent-Length: 2\r\n", "{}"), 415, true},
      {"no type", post("Content-Length: 2\r\n", "{}"), 415, true},
      {"form",
       post("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n", "a=1"), 415,
       true},
      {"text", post("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"), 415, true},
      {"multipart",
       post("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2\r\n", "{}"), 415,
       true},
      {"two types in one",
       post("Content-Type: text/plain; application/json\r\nContent-Length: 2\r\n", "{}"), 415,
       true},
      {"jsonp", post("Content-Type: application/jsonp\r\nContent-Length: 2\r\n", "{}"), 415, true},
      {"two type headers", post(kJson + "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"),
       400, true},
      {"other expectation", post(kJson + "Expect: 200-ok\r\nContent-Length: 2\r\n", "{}"), 417,
       true},
      {"with charset",
       post("Content-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n", "{}"), 200,
       false},
      {"merge patch",
       post("Content-Type: application/merge-patch+json\r\nContent-Length: 2\r\n", "{}"), 200,
       false},
      {"no body needs no type", post(""), 200, false},
  });
}

std::string many_headers(int count) {
  std::string headers = "Host: localhost\r\n";
  for (int i = 1; i < count; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  return headers;
}

TEST_F(HttpBadRequests, B72_Head) {
  const std::string nul("Host: localhost\r\nX: a\0b\r\n", 24);
  expect_all({
      {"64 headers", get("/ok", many_headers(64)), 200, false},
      {"65 headers", get("/ok", many_headers(65)), 431, true},
      {"16 KiB", get("/ok", "Host: localhost\r\nX: " + std::string(16 << 10, 'a') + "\r\n"), 431,
       true},
      {"no end", "GET /ok HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20 << 10, 'a'), 431,
       true},
      {"no line end", std::string(20 << 10, 'A'), 431, true},
      {"target over 8 KiB", get("/" + std::string(9 << 10, 'a')), 414, true},
      {"space before colon", get("/ok", "Host: localhost\r\nX : 1\r\n"), 400, true},
      {"tab before colon", get("/ok", "Host: localhost\r\nX\t: 1\r\n"), 400, true},
      {"space before name", get("/ok", " Host: localhost\r\n"), 400, true},
      {"folded", get("/ok", "Host: localhost\r\nX: 1\r\n 2\r\n"), 400, true},
      {"folded by a tab", get("/ok", "Host: localhost\r\nX: 1\r\n\t2\r\n"), 400, true},
      {"bare LF everywhere", "GET /ok HTTP/1.1\nHost: localhost\n\n", 400, true},
      {"bare LF in one line", "GET /ok HTTP/1.1\r\nHost: localhost\nX: 1\r\n\r\n", 400, true},
      {"bare LF at the end", "GET /ok HTTP/1.1\r\nHost: localhost\r\n\n", 400, true},
      {"bare CR", get("/ok", "Host: localhost\r\nX: 1\rY: 2\r\n"), 400, true},
      {"NUL in a value", get("/ok", nul), 400, true},
      {"NUL first", std::string("\0GET", 4), 400, true},
      {"control byte", get("/ok", "Host: localhost\r\nX: \x01\r\n"), 400, true},
      {"escape byte", get("/ok", "Host: localhost\r\nX: \x1b[2J\r\n"), 400, true},
      {"DEL", get("/ok", "Host: localhost\r\nX: \x7f\r\n"), 400, true},
      {"no colon", get("/ok", "Host: localhost\r\nnonsense\r\n"), 400, true},
      {"no name", get("/ok", "Host: localhost\r\n: 1\r\n"), 400, true},
      {"name with a brace", get("/ok", "Host: localhost\r\nX{}: 1\r\n"), 400, true},
      {"name beyond ASCII", get("/ok", "Host: localhost\r\nX\xc3\xa4: 1\r\n"), 400, true},
      {"empty line first", "\r\n" + get("/ok"), 400, true},
      {"two spaces", "GET  /ok HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, true},
      {"tab in the request line", "GET\t/ok HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, true},
      {"space at the end of the line", "GET /ok HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400, true},
      {"TLS to a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8), 400, true},
      {"obs-text in a value is only text", get("/ok", "Host: localhost\r\nX: \xc3\xa4\r\n"), 200,
       false},
  });
}

TEST_F(HttpBadRequests, B73_ForgedAddresses) {
  expect_all({
      {"REMOTE_ADDR", get("/ok", "Host: localhost\r\nREMOTE_ADDR: 10.0.0.1\r\n"), 400, true},
      {"X_Forwarded_For", get("/ok", "Host: localhost\r\nX_Forwarded_For: 10.0.0.1\r\n"), 400,
       true},
  });
  const auto answer = exchange(
      get("/ok",
          "Host: localhost\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n"
          "X-Real-IP: 10.0.0.1\r\nRemote-Addr: 10.0.0.1\r\n"));
  EXPECT_EQ(answer.body, R"({"path":"/ok","remote":"127.0.0.1"})");
}

TEST_F(HttpBadRequests, B74_EncodedLineEnds) {
  expect_all({
      {"query value", get("/ok?a=x%0d%0aSet-Cookie:1"), 400, true},
      {"query name", get("/ok?a%0A=x"), 400, true},
      {"path", get("/item/x%0d%0aX:1"), 400, true},
      {"header", get("/ok", "Host: localhost\r\nX: a%0D%0ay: 1\r\n"), 400, true},
      {"header, NUL", get("/ok", "Host: localhost\r\nX: a%00\r\n"), 400, true},
  });
  for (const auto& record : records()) {
    EXPECT_EQ(record.path.find_first_of("\r\n"), std::string::npos);
  }
}

TEST_F(HttpBadRequests, B75_Paths) {
  expect_all({
      {"..", get("/item/.."), 400, true},
      {".", get("/item/./x"), 400, true},
      {"up to the file system", get("/item/../../etc/passwd"), 400, true},
      {"%2e%2e", get("/item/%2e%2e"), 400, true},
      {"%2E.", get("/item/%2E."), 400, true},
      {"%2f", get("/item/a%2fb"), 400, true},
      {"%2F", get("/item/a%2Fb"), 400, true},
      {"%5c", get("/item/a%5cb"), 400, true},
      {"backslash", get("/item/a\\b"), 400, true},
      {"%00", get("/item/a%00b"), 400, true},
      {"%7f", get("/item/a%7fb"), 400, true},
      {"twice", get("/item/%252e%252e"), 400, true},
      {"twice, slash", get("/item/a%252fb"), 400, true},
      {"overlong slash", get("/item/%c0%af"), 400, true},
      {"overlong dot", get("/item/%c0%ae%c0%ae"), 400, true},
      {"overlong, three bytes", get("/item/%e0%80%af"), 400, true},
      {"surrogate", get("/item/%ed%a0%80"), 400, true},
      {"lone continuation", get("/item/%80"), 400, true},
      {"raw UTF-8", get("/item/\xc3\xa4"), 400, true},
      {"short escape", get("/item/%"), 400, true},
      {"short escape", get("/item/%4"), 400, true},
      {"escape of other letters", get("/item/%zz"), 400, true},
      {"IIS escape", get("/item/%u002f"), 400, true},
      {"empty segment", get("//ok"), 400, true},
      {"empty segment inside", get("/item//x"), 400, true},
      {"fragment", get("/ok#x"), 400, true},
      {"matrix parameter is part of the name", get("/ok;x=1"), 404, false},
      {"slash at the end", get("/ok/"), 404, false},
      {"empty capture", get("/item/"), 404, false},
      {"other case", get("/OK"), 404, false},
      {"deep", get("/" + std::string(4000, 'a') + "/b"), 404, false},
  });
  EXPECT_EQ(exchange(get("/item/%C3%A4%20b")).body,
            "{\"path\":\"/item/\xc3\xa4 b\",\"remote\":\"127.0.0.1\"}");
  EXPECT_EQ(exchange(get("/item/100%25")).status, 200);
}

TEST_F(HttpBadRequests, B76_MethodsAndVersions) {
  const std::string host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  expect_all({
      {"unknown method", "FOO /ok" + host, 501, true},
      {"lower case", "get /ok" + host, 501, true},
      {"long method", std::string(300, 'A') + " /ok" + host, 501, true},
      {"TRACE", "TRACE /ok" + host, 405, true},
      {"OPTIONS *", "OPTIONS *" + host, 405, true},
      {"CONNECT", "CONNECT localhost:80" + host, 405, true},
      {"PUT where there is only GET", "PUT /ok" + host, 405, false},
      {"GET where there is only POST", "GET /take" + host, 405, false},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, true},
      {"HTTP/1.0", "GET /ok HTTP/1.0\r\nHost: localhost\r\n\r\n", 505, true},
      {"HTTP/1.2", "GET /ok HTTP/1.2\r\nHost: localhost\r\n\r\n", 505, true},
      {"HTTP/0.9", "GET /ok\r\n", 400, true},
      {"HTTP/11", "GET /ok HTTP/11\r\nHost: localhost\r\n\r\n", 400, true},
      {"http/1.1", "GET /ok http/1.1\r\nHost: localhost\r\n\r\n", 400, true},
      {"HTTPS/1.1", "GET /ok HTTPS/1.1\r\nHost: localhost\r\n\r\n", 400, true},
      {"absolute URI", "GET http://localhost/ok" + host, 400, true},
      {"absolute URI, other host", "GET http://evil.example/ok" + host, 400, true},
      {"no slash", "GET ok" + host, 400, true},
      {"asterisk", "GET *" + host, 400, true},
      {"brace in method", "G{T /ok" + host, 400, true},
  });
  EXPECT_EQ(exchange("PUT /ok" + host).header("allow"), "GET, HEAD");
  EXPECT_EQ(exchange("GET /take" + host).header("allow"), "POST, DELETE");
  EXPECT_EQ(exchange("FOO /ok" + host).header("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE");
}

TEST_F(HttpBadRequests, B80_B81_Queries) {
  expect_all({
      {"repeated", get("/ok?a=1&a=2"), 400, true},
      {"repeated under an escape", get("/ok?a=1&%61=2"), 400, true},
      {"no equals sign", get("/ok?a"), 400, true},
      {"no name", get("/ok?=1"), 400, true},
      {"empty part", get("/ok?a=1&&b=2"), 400, true},
      {"ampersand at the end", get("/ok?a=1&"), 400, true},
      {"bad escape", get("/ok?a=%g1"), 400, true},
      {"NUL", get("/ok?a=%00"), 400, true},
      {"not UTF-8", get("/ok?a=%ff"), 400, true},
      {"quote", get("/ok?a=\"x\""), 400, true},
      {"only the mark", get("/ok?"), 200, false},
      {"three pieces", get("/ok?a=b=c"), 200, false},
  });
}

TEST_F(HttpBadRequests, AfterAFramingErrorNothingElseOnTheConnectionIsRead) {
  testing::RawClient client(port_);
  client.send(post(kJson + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") +
              get("/ok"));
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpBadRequests, ABodyThatWasRefusedIsNotTakenForARequest) {
  testing::RawClient client(port_);
  const std::string hidden = get("/ok");
  client.send("POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nobody\r\n" + kJson +
              "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
  EXPECT_EQ(client.read_answer().status, 401);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpBadRequests, TheLogHasNoQueryAndNoTokens) {
  exchange(get("/ok?token=secret-in-query"));
  exchange(get("/ok?token=%00secret"));
  exchange(post("X-Secret: secret-in-header\r\n"));
  for (const auto& record : records()) {
    EXPECT_EQ(record.path.find("secret"), std::string::npos);
    EXPECT_FALSE(record.id.empty());
  }
}

}  // namespace
}  // namespace tidemill
