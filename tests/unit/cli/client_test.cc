// The parts of the API client that need no scheduler.
#include <gtest/gtest.h>

#include "cli/client/address.h"
#include "cli/client/api.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/problem.h"
#include "cli/client/sse.h"
#include "cli/client/table.h"

namespace tidemill::client {
namespace {

TEST(Address, WhatAServerMayBe) {
  const auto plain = parse_server("http://127.0.0.1");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->authority(), "127.0.0.1:8420");
  EXPECT_FALSE(plain->tls);
  const auto secure = parse_server("HTTPS://tide.example/");
  ASSERT_TRUE(secure.ok());
  EXPECT_EQ(secure->authority(), "tide.example:443");
  EXPECT_TRUE(secure->tls);
  const auto v6 = parse_server("http://[::1]:99");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->shown, "http://[::1]:99");
  for (const char* bad :
       {"", "localhost", "ftp://x", "http://", "http://:80", "http://x:", "http://x:0",
        "http://x:65536", "http://x:1:2", "http://[::1", "http://[::1]x", "http://x/path",
        "http://x?q", "http://x#f", "http://a b", "http://a\nb", "http://u@x", "http://u:p@x"})
    EXPECT_FALSE(parse_server(bad).ok()) << bad;
}

TEST(Address, APasswordIsNotRepeated) {
  EXPECT_EQ(parse_server("http://ann:hunter2@x").error().message.find("hunter2"),
            std::string::npos);
}

TEST(Api, PathsAndQueriesAreEncoded) {
  EXPECT_EQ(path_of({"dags", "a/b ?#%", "runs"}), "/dags/a%2Fb%20%3F%23%25/runs");
  EXPECT_EQ(query_of({{"dag", ""}, {"q", "a&b=c"}, {"limit", "5"}}), "?q=a%26b%3Dc&limit=5");
  EXPECT_EQ(query_of({}), "");
}

Error problem(int status, std::string body) {
  Address address;
  address.shown = "http://x";
  return problem_of({status, "application/problem+json", std::move(body)}, address);
}

TEST(Problem, StatusesBecomeKindsOfErrors) {
  const std::string body = R"({"title":"T","detail":"what is wrong"})";
  EXPECT_EQ(problem(400, body).code, ErrorCode::invalid);
  EXPECT_EQ(problem(422, body).code, ErrorCode::invalid);
  EXPECT_EQ(problem(404, body).code, ErrorCode::not_found);
  EXPECT_EQ(problem(404, body).message, "what is wrong");
  EXPECT_EQ(problem(401, body).code, ErrorCode::conflict);
  EXPECT_NE(problem(401, body).message.find("TIDEMILL_TOKEN"), std::string::npos);
  EXPECT_EQ(problem(403, body).code, ErrorCode::conflict);
  EXPECT_EQ(problem(409, body).code, ErrorCode::conflict);
  EXPECT_EQ(problem(503, body).code, ErrorCode::unavailable);
  EXPECT_EQ(problem(500, body).code, ErrorCode::unavailable);
  EXPECT_EQ(problem(302, "").code, ErrorCode::conflict);
}

TEST(Problem, WhatIsNoProblemDocumentIsNamedByItsStatus) {
  for (const char* body : {"", "<html>", "[]", "{\"detail\":"})
    EXPECT_NE(problem(404, body).message.find("404"), std::string::npos) << body;
}

TEST(Problem, TextOfAServerCannotSteerTheTerminal) {
  EXPECT_EQ(problem(404, R"({"detail":"a\u001b[2Jb\nc"})").message, "a\\x1b[2Jb\nc");
}

TEST(Fields, WhatIsMissingOrOfAnotherTypeIsEmpty) {
  const Json json = *parse_json(R"({"a":1,"b":"x","c":null,"d":[1,"y",2.5],"e":1500,"f":true})");
  EXPECT_EQ(text_at(json, "a"), "");
  EXPECT_EQ(text_at(json, "b"), "x");
  EXPECT_EQ(int_at(json, "b", 7), 7);
  EXPECT_TRUE(array_at(json, "a").empty());
  EXPECT_EQ(list_at(json, "d"), "1, y, 2.5");
  EXPECT_FALSE(has_value(json, "c"));
  EXPECT_FALSE(has_value(json, "z"));
  EXPECT_TRUE(flag_at(json, "f"));
  EXPECT_EQ(duration_at(json, "e"), "1.5s");
  EXPECT_EQ(duration_at(json, "c"), "-");
  EXPECT_EQ(moment_at(json, "b"), "-");
  EXPECT_EQ(text_at(Json(3), "a"), "");
}

TEST(Sse, EventsInAnyPiecesAndLineEnds) {
  const std::string text =
      "retry: 2000\nid: e-1\n\n: ping\n\nid: e-2\nevent: run\ndata: {\"a\":\ndata: 1}\n\n"
      "data:plain\r\n\r\nevent: nothing\n\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    SseParser parser;
    std::vector<SseEvent> events;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      for (auto& event : parser.feed(std::string_view(text).substr(at, piece)))
        events.push_back(std::move(event));
    }
    ASSERT_EQ(events.size(), 2u) << piece;
    EXPECT_EQ(events[0].type, "run");
    EXPECT_EQ(events[0].data, "{\"a\":\n1}");
    EXPECT_EQ(events[0].id, "e-2");
    EXPECT_EQ(events[1].type, "message");
    EXPECT_EQ(events[1].data, "plain");
  }
}

TEST(Moment, DatesTimesAndDurations) {
  EXPECT_EQ(parse_moment("--from", "1970-01-02")->us, 86'400'000'000);
  EXPECT_EQ(parse_moment("--from", "1970-01-01T01:00:00+01:00")->us, 0);
  EXPECT_FALSE(parse_moment("--from", "90d").ok());
  EXPECT_FALSE(parse_moment("--from", "2026-02-30").ok());
  EXPECT_EQ(parse_later("--for", "1s", WallTime{5})->us, 1'000'005);
  EXPECT_NE(parse_later("--for", "soon", WallTime{5}).error().message.find("--for"),
            std::string::npos);
}

TEST(Table, ColumnsLineUpAndTextsAreHarmless) {
  Table table({">n", "name", "note"});
  table.row({"1", "a", "x\x1b[2Jy"});
  table.row({"12", "béta", ""});
  Terminal terminal;
  EXPECT_EQ(table.text(terminal), " n  name  note\n 1  a     x\\x1b[2Jy\n12  béta\n");
}

TEST(Table, TheLastColumnIsCutToATerminal) {
  Table table({"name", "note"});
  table.row({"a", std::string(200, 'x')});
  Terminal terminal;
  terminal.interactive = true;
  terminal.width = 40;
  const std::string text = table.text(terminal);
  EXPECT_LE(text_width(text.substr(text.find('\n') + 1)), 41u);
}

}  // namespace
}  // namespace tidemill::client
