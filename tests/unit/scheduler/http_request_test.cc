#include <gtest/gtest.h>

#include "scheduler/http/gzip.h"
#include "scheduler/http/host.h"
#include "scheduler/http/percent.h"
#include "scheduler/http/range.h"
#include "scheduler/http/reply.h"
#include "scheduler/http/request.h"
#include "scheduler/http/route.h"
#include "scheduler/http/target.h"

namespace tidemill::http {
namespace {

Query parse(std::string_view text) {
  auto query = Query::parse(text);
  EXPECT_TRUE(query.ok()) << text;
  return query.ok() ? std::move(*query) : Query();
}

TEST(HttpQuery, DecodesOnce) {
  const Query query = parse("a=b=c&name=%C3%A4+b%2B&empty=&twice=%2520");
  EXPECT_EQ(query.text("a"), "b=c");
  EXPECT_EQ(query.text("name"), "\xc3\xa4 b+");
  EXPECT_EQ(query.text("empty", "x"), "");
  EXPECT_EQ(query.text("twice"), "%20");
  EXPECT_EQ(query.text("absent", "x"), "x");
  EXPECT_TRUE(parse("").all().empty());
}

TEST(HttpQuery, RefusesWhatHasTwoReadings) {
  for (const char* text : {"a=1&a=2", "a", "=1", "&", "a=1&&b=2", "a=%", "a=%f", "a=%0", "a=%zz",
                           "a=%00", "a=%0d%0a", "a=%c0%80", "%61=1&a=2", "a=\x7f"}) {
    EXPECT_FALSE(Query::parse(text).ok()) << text;
  }
}

TEST(HttpQuery, HasAtMostAHundredParameters) {
  std::string text = "p0=";
  for (int i = 1; i < 100; ++i) text += "&p" + std::to_string(i) + "=";
  EXPECT_TRUE(Query::parse(text).ok());
  EXPECT_FALSE(Query::parse(text + "&p100=").ok());
}

TEST(HttpQuery, NumbersHaveARange) {
  const Query query = parse(
      "ok=5&zero=0&minus=-1&huge=1000000000&word=x&empty=&plus=%2B5&point=5.0");
  EXPECT_EQ(*query.integer("ok", 50, 1, 500), 5);
  EXPECT_EQ(*query.integer("absent", 50, 1, 500), 50);
  for (const char* name : {"zero", "minus", "huge", "word", "empty", "plus", "point"}) {
    const auto value = query.integer(name, 50, 1, 500);
    ASSERT_FALSE(value.ok()) << name;
    EXPECT_NE(value.error().message.find("from 1 to 500"), std::string::npos);
    EXPECT_NE(value.error().message.find(name), std::string::npos);
  }
}

TEST(HttpQuery, FlagsAreTrueOrFalse) {
  const Query query = parse("a=true&b=0&c=yes&d=");
  EXPECT_TRUE(*query.flag("a", false));
  EXPECT_FALSE(*query.flag("b", true));
  EXPECT_TRUE(*query.flag("absent", true));
  EXPECT_FALSE(query.flag("c", true).ok());
  EXPECT_FALSE(query.flag("d", true).ok());
}

TEST(HttpQuery, NamesWhatWasProbablyMeant) {
  const auto status = parse("limt=5").only({"limit", "after"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "there is no parameter `limt` here; did you mean `limit`?");
  EXPECT_TRUE(parse("limit=5").only({"limit", "after"}).ok());
  EXPECT_FALSE(parse("x=5").only({}).ok());
}

TEST(HttpRequest, BodyIsAnObject) {
  Request request;
  EXPECT_TRUE(request.json()->empty());
  request.body = R"({"a":1})";
  EXPECT_EQ(request.json()->size(), 1u);
  for (const char* body : {"[]", "1", "null", "{", "{}x", R"({"a":1,"a":2})"}) {
    request.body = body;
    EXPECT_FALSE(request.json().ok()) << body;
  }
}

TEST(HttpTarget, SegmentsAreDecoded) {
  const auto target = parse_target("/api/%C3%A4%20b?x=1");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/api/\xc3\xa4 b");
  EXPECT_EQ(target->segments, (std::vector<std::string>{"api", "\xc3\xa4 b"}));
  EXPECT_EQ(target->query.text("x"), "1");
  EXPECT_EQ(parse_target("/")->segments, std::vector<std::string>{""});
  EXPECT_EQ(parse_target("/a/")->segments, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(parse_target("/a?x=/../%2e")->query.text("x"), "/../.");
}

Route route(Method method, std::string_view path) {
  Route made;
  made.method = method;
  made.path = path;
  made.handle = [](const Request&) { return Response(); };
  return made;
}

TEST(HttpRoutes, AFixedSegmentBeatsACapture) {
  const RouteTable table({route(Method::get, "/runs/{run}"), route(Method::get, "/runs/compare"),
                          route(Method::post, "/runs/{run}"), route(Method::get, "/"),
                          route(Method::get, "/{a}/x"), route(Method::get, "/runs/{run}/{task}")});
  EXPECT_EQ(table.find(Method::get, {"runs", "compare"}).route->path, "/runs/compare");
  EXPECT_EQ(table.find(Method::get, {"runs", "x"}).route->path, "/runs/{run}");
  const auto match = table.find(Method::get, {"runs", "12", "train"});
  EXPECT_EQ(match.captured,
            (std::vector<std::pair<std::string, std::string>>{{"run", "12"}, {"task", "train"}}));
  EXPECT_EQ(table.find(Method::get, {""}).route->path, "/");
  EXPECT_EQ(table.find(Method::get, {"nothing"}).allowed.size(), 0u);
  EXPECT_EQ(table.find(Method::get, {"runs"}).route, nullptr);
  EXPECT_EQ(table.find(Method::get, {"runs", ""}).route, nullptr);
  EXPECT_EQ(table.find(Method::get, {"runs", "1", "2", "3"}).route, nullptr);
  const auto wrong = table.find(Method::delete_, {"runs", "12"});
  EXPECT_EQ(wrong.route, nullptr);
  EXPECT_EQ(wrong.allowed, (std::vector<Method>{Method::get, Method::post}));
}

TEST(HttpRoutesDeathTest, WhatNoRouteHasGoesToTheOtherOneButOnlyToLook) {
  const RouteTable table({route(Method::post, "/runs")}, route(Method::get, "/*"));
  EXPECT_EQ(table.find(Method::get, {"no", "such", "place"}).route->path, "/*");
  EXPECT_EQ(table.find(Method::post, {"no"}).route, nullptr);
  EXPECT_EQ(table.find(Method::get, {"runs"}).route, nullptr) << "a path of the API";
  EXPECT_EQ(table.find(Method::post, {"runs"}).route->path, "/runs");
}

TEST(HttpRoutesDeathTest, TwoRoutesOfOneShapeAreABug) {
  EXPECT_DEATH(RouteTable({route(Method::get, "/runs/{run}"), route(Method::get, "/runs/{id}")}),
               "");
  RouteTable({route(Method::get, "/runs/{run}"), route(Method::post, "/runs/{run}")});
}

TEST(HttpAuthority, NamesAndPorts) {
  EXPECT_EQ(parse_authority("Example.ORG:80"), (Authority{"example.org", "80"}));
  EXPECT_EQ(parse_authority("[::1]"), (Authority{"::1", ""}));
  EXPECT_EQ(parse_authority("[FD00::1]:8420"), (Authority{"fd00::1", "8420"}));
  for (const char* text : {"", ":80", "a b", "a:", "a:x", "a:1:2", "::1", "[::1", "[x]", "[]",
                           "a/b", "a?b", "u@a", "a,b", "a:99999", "[::1]x"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
}

TEST(HttpHosts, LoopbackListedAndTheOneThatWasReached) {
  const HostList hosts({"Flows.example.org", "10.1.2.3:8420", "fd00::5"});
  for (const char* name :
       {"localhost", "127.0.0.1", "::1", "flows.example.org", "10.1.2.3", "fd00::5", "192.0.2.9"}) {
    EXPECT_TRUE(hosts.allows(name, "192.0.2.9")) << name;
  }
  for (const char* name : {"example.org", "evil.flows.example.org", "192.0.2.8", "0.0.0.0"}) {
    EXPECT_FALSE(hosts.allows(name, "192.0.2.9")) << name;
  }
}

TEST(HttpRange, OneRangeOfBytes) {
  const auto at = [](std::string_view text, std::uint64_t size) {
    const auto range = parse_range(text, size);
    return range ? std::pair<std::uint64_t, std::uint64_t>{range->offset, range->length}
                 : std::pair<std::uint64_t, std::uint64_t>{999, 999};
  };
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(at("bytes=0-9", 100), (Pair{0, 10}));
  EXPECT_EQ(at("bytes=90-", 100), (Pair{90, 10}));
  EXPECT_EQ(at("bytes=90-200", 100), (Pair{90, 10}));
  EXPECT_EQ(at("bytes=-10", 100), (Pair{90, 10}));
  EXPECT_EQ(at("bytes=-1000", 100), (Pair{0, 100}));
  EXPECT_EQ(at("bytes=100-", 100).second, 0u);
  EXPECT_EQ(at("bytes=-0", 100).second, 0u);
  EXPECT_EQ(at("bytes=0-", 0).second, 0u);
  for (const char* text :
       {"bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,2-3", "bytes = 0-1", "bytes=+1-2",
        "bytes=0x1-2", "items=0-1", "bytes=99999999999999999999-"}) {
    EXPECT_FALSE(parse_range(text, 100)) << text;
  }
}

TEST(HttpPercent, ShortOrOtherLettersAreNoEscape) {
  EXPECT_EQ(percent_decode("a%2Bb+c", true), "a+b c");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  for (const char* text : {"%", "%1", "%g0", "%0g", "a%"}) {
    EXPECT_FALSE(percent_decode(text, false)) << text;
  }
}

TEST(HttpReply, DatesAreThoseOfTheStandard) {
  EXPECT_EQ(http_date({784'111'777'000'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpReply, WhatAHandlerSetsStays) {
  Response response = Response::text("<p>", "text/html");
  response.with("Cache-Control", "public, max-age=60").with("ETag", "\"v1\"");
  Request request;
  request.headers = {{"if-none-match", "W/\"v1\""}};
  const Reply reply = make_reply(response, request, true, {});
  EXPECT_EQ(reply.status, 304);
  EXPECT_EQ(reply.head.find("no-store"), std::string::npos);
  EXPECT_EQ(reply.body, "");
}

TEST(HttpReply, ErrorsHaveTheStatusOfTheirKind) {
  EXPECT_EQ(Response::error(invalid("x")).status, 400);
  EXPECT_EQ(Response::error(not_found("x")).status, 404);
  EXPECT_EQ(Response::error(conflict("x")).status, 409);
  EXPECT_EQ(Response::error({ErrorCode::unsupported, "x"}).status, 422);
  EXPECT_EQ(Response::error(unavailable("x")).status, 503);
  const Response inside = Response::error(corrupt("row 7 of secrets"));
  EXPECT_EQ(inside.status, 500);
  EXPECT_EQ(inside.body.find("secrets"), std::string::npos);
  const Response problem = Response::problem({422, "Bad", "two things", {{"/a", "is missing"}}});
  EXPECT_EQ(problem.body,
            R"({"type":"about:blank","title":"Bad","status":422,"detail":"two things",)"
            R"("errors":[{"pointer":"/a","detail":"is missing"}]})");
  EXPECT_EQ(problem.content_type, "application/problem+json");
}

TEST(HttpGzip, IsAskedFor) {
  for (const char* header : {"gzip", "br, GZIP", "gzip;q=0.5", "*", "deflate, *;q=0.1"}) {
    EXPECT_TRUE(accepts_gzip(header)) << header;
  }
  for (const char* header : {"", "br", "identity", "gzip;q=0", "gzip; q=0.00", "x-gzip"}) {
    EXPECT_FALSE(accepts_gzip(header)) << header;
  }
}

}  // namespace
}  // namespace tidemill::http
