// A client that behaves: routes, permissions, bodies, keep-alive, pipelining, ranges, streams.
#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;

class HttpServerTest : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/hello", Permission::anyone, [](const Request&) {
      return Response::json(Json::Object{{"hello", "world"}});
    });
    add(Method::get, "/dags/{dag}", Permission::read, [](const Request& request) {
      return Response::json(Json::Object{{"dag", request.capture("dag")}});
    });
    add(Method::post, "/dags/{dag}/runs", Permission::operate, [](const Request& request) {
      auto body = request.json();
      if (!body.ok()) return Response::error(body.error());
      return Response::json(Json(std::move(*body)), 201);
    });
    add(Method::get, "/throws", Permission::anyone,
        [](const Request&) -> Response { throw std::runtime_error("the secret reason"); });
    serve();
  }
};

TEST_F(HttpServerTest, AnswersAGet) {
  const auto answer = exchange("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"hello":"world"})");
  EXPECT_EQ(answer.header("content-type"), "application/json");
}

TEST_F(HttpServerTest, TakesABodyWithAToken) {
  const auto answer = exchange(
      "POST /dags/daily/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer operator\r\n"
      "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, R"({"a":1})");
}

TEST_F(HttpServerTest, AHandlerThatThrowsCostsOneRequest) {
  const auto answer = exchange("GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  ASSERT_EQ(errors().size(), 1u);
  EXPECT_EQ(errors()[0], "the secret reason");
  EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  testing::RawClient client(port_);
  client.send(
      "GET /dags/one HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\n\r\n"
      "GET /dags/two HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, R"({"dag":"one"})");
  EXPECT_EQ(client.read_answer().body, R"({"dag":"two"})");
}

}  // namespace
}  // namespace tidemill
