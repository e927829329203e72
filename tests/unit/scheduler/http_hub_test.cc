#include <gtest/gtest.h>

#include "scheduler/http/hub.h"

namespace tidemill::http {
namespace {

Principal viewer() {
  Principal who;
  who.kind = Principal::Kind::user;
  who.role = Role::viewer;
  return who;
}

class HttpHub : public ::testing::Test {
 protected:
  struct Reader : HubReader {
    explicit Reader(std::vector<std::string> of = {"runs"}) {
      who = viewer();
      topics = std::move(of);
      wake = [this] { ++woken; };
    }
    int woken = 0;
  };

  void publish(const std::string& data, const std::string& topic = "runs",
               const std::string& key = "", const std::string& dag = "") {
    hub_.publish({{topic, "run", dag, data, key}});
  }
  void join(Reader& reader, const std::string& last_id = "") {
    hub_.join(&reader, last_id);
    if (last_id.empty()) hub_.take(reader, 1000);
  }
  // The data of everything that there is for the reader.
  std::string take(HubReader& reader, std::size_t most = 1 << 20) {
    std::string all;
    for (std::string text = hub_.take(reader, most); !text.empty();
         text = hub_.take(reader, most)) {
      for (std::size_t at = text.find("data: "); at != std::string::npos;
           at = text.find("data: ", at + 1)) {
        all += text.substr(at + 6, text.find('\n', at) - at - 6) + " ";
      }
    }
    return all;
  }

  int notified_ = 0;
  Hub hub_{"e", [this] { ++notified_; }};
};

TEST_F(HttpHub, KnowsWhichTopicsAreRead) {
  EXPECT_FALSE(hub_.has_readers("log:1/a/1"));
  Reader one({"runs", "log:1/a/1"});
  Reader two({"log:1/a/1"});
  join(one);
  join(two);
  EXPECT_TRUE(hub_.has_readers("log:1/a/1"));
  hub_.leave(&one);
  EXPECT_TRUE(hub_.has_readers("log:1/a/1"));
  EXPECT_FALSE(hub_.has_readers("runs"));
  hub_.leave(&two);
  EXPECT_FALSE(hub_.has_readers("log:1/a/1"));
}

TEST_F(HttpHub, NotifiesOnceUntilDelivered) {
  publish("1");
  publish("2");
  EXPECT_EQ(notified_, 1);
  hub_.deliver();
  publish("3");
  EXPECT_EQ(notified_, 2);
  hub_.publish({});
  EXPECT_EQ(notified_, 2);
}

TEST_F(HttpHub, WakesOnlyWhomItConcernsAndOnce) {
  Reader runs, dags({"dags"});
  join(runs);
  join(dags);
  publish("1");
  publish("2");
  hub_.deliver();
  publish("3");
  hub_.deliver();
  EXPECT_EQ(runs.woken, 1);
  EXPECT_EQ(dags.woken, 0);
  EXPECT_EQ(take(runs), "1 2 3 ");
  EXPECT_EQ(take(dags), "");
  publish("4");
  hub_.deliver();
  EXPECT_EQ(runs.woken, 2);
}

TEST_F(HttpHub, WhatIsNotDeliveredYetIsNotTaken) {
  Reader reader;
  join(reader);
  publish("1");
  EXPECT_EQ(take(reader), "");
  hub_.deliver();
  EXPECT_EQ(take(reader), "1 ");
  EXPECT_EQ(take(reader), "");
}

TEST_F(HttpHub, ComingBackWithAnIdThatIsNotDeliveredYetSendsNothingTwice) {
  publish("1");
  publish("2");
  Reader reader;
  hub_.join(&reader, "e-1");
  hub_.deliver();
  EXPECT_EQ(take(reader), "2 ");
  EXPECT_EQ(take(reader), "");
}

TEST_F(HttpHub, TakesInPieces) {
  Reader reader;
  join(reader);
  for (int i = 0; i < 100; ++i) publish(std::to_string(i));
  hub_.deliver();
  std::string all;
  int pieces = 0;
  for (std::string text = hub_.take(reader, 100); !text.empty(); text = hub_.take(reader, 100)) {
    EXPECT_LT(text.size(), 200u);
    all += text;
    ++pieces;
  }
  EXPECT_GT(pieces, 20);
  for (int i = 0; i < 100; ++i) {
    EXPECT_NE(all.find("data: " + std::to_string(i) + "\n"), std::string::npos);
  }
}

TEST_F(HttpHub, WhoIsFarBehindIsToldToBeginAnewOnce) {
  Reader reader;
  join(reader);
  publish("first");
  hub_.deliver();
  for (std::size_t i = 0; i < Hub::kMaxEvents; ++i) publish("x", "dags");
  hub_.deliver();
  EXPECT_EQ(hub_.take(reader, 1000), "id: e-10001\nevent: reset\ndata: {}\n\n");
  publish("next");
  hub_.deliver();
  EXPECT_EQ(take(reader), "next ");
}

TEST_F(HttpHub, AQuietReaderIsNotBehindHoweverMuchElseHappens) {
  Reader reader({"workers"});
  join(reader);
  for (std::size_t i = 0; i < 2 * Hub::kMaxEvents; ++i) publish("x", "dags");
  hub_.deliver();
  publish("1", "workers");
  hub_.deliver();
  EXPECT_EQ(take(reader), "1 ");
}

TEST_F(HttpHub, KeepsBytesBoundedToo) {
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) publish(large);
  hub_.deliver();
  Reader reader;
  hub_.join(&reader, "e-60");
  EXPECT_NE(hub_.take(reader, 1000).find("event: reset"), std::string::npos);
  Reader near;
  hub_.join(&near, "e-75");
  EXPECT_EQ(hub_.take(near, 1000).find("event: reset"), std::string::npos);
}

TEST_F(HttpHub, OfAStateOnlyTheNewestIsSentToWhoIsBehind) {
  Reader slow, fast;
  join(slow);
  join(fast);
  publish("run 1 queued", "runs", "run:1");
  hub_.deliver();
  EXPECT_EQ(take(fast), "run 1 queued ");
  publish("run 2 queued", "runs", "run:2");
  publish("line", "runs");
  publish("run 1 running", "runs", "run:1");
  hub_.deliver();
  EXPECT_EQ(take(fast), "run 2 queued line run 1 running ");
  EXPECT_EQ(take(slow), "run 2 queued line run 1 running ");
}

TEST_F(HttpHub, VisibilityFollowsThePrincipal) {
  Reader granted, anonymous;
  granted.who.role = Role::none;
  granted.who.grants["daily"] = Role::viewer;
  anonymous.who = Principal();
  join(granted);
  join(anonymous);
  publish("1", "runs", "", "daily");
  publish("2", "runs", "", "secret");
  publish("3");
  hub_.deliver();
  EXPECT_EQ(take(granted), "1 3 ");
  EXPECT_EQ(take(anonymous), "");
}

TEST_F(HttpHub, DataCannotForgeAnEvent) {
  Reader reader;
  join(reader);
  publish("a\n\nevent: forged\rdata: x\r\nid: 9");
  hub_.deliver();
  const std::string text = hub_.take(reader, 1000);
  EXPECT_EQ(text,
            "id: e-1\nevent: run\ndata: a\ndata: \ndata: event: forged\ndata: data: x\ndata: \n"
            "data: id: 9\n\n");
}

TEST_F(HttpHub, WhoLeftIsNotWoken) {
  Reader reader({"runs", "dags", "runs"});
  join(reader);
  EXPECT_EQ(hub_.readers(), 1u);
  hub_.leave(&reader);
  EXPECT_EQ(hub_.readers(), 0u);
  publish("1");
  hub_.deliver();
  EXPECT_EQ(reader.woken, 0);
}

}  // namespace
}  // namespace tidemill::http
