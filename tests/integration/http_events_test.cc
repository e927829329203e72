// Server-sent events over real connections.
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::HubEvent;
using http::Method;
using http::Request;
using http::Response;
using std::chrono::milliseconds;

class HttpEvents : public testing::HttpFixture {
 protected:
  void SetUp() override {
    options_.event_epoch = "e1";
    add(Method::get, "/events", Permission::read, [](const Request& request) {
      Response response;
      response.event_stream = true;
      const std::string topics = request.query.text("topics", "runs");
      for (const auto topic : split(topics, ',')) {
        response.topics.emplace_back(topic);
      }
      return response;
    });
  }

  testing::RawClient open(const std::string& query = "", const std::string& headers = "",
                          const std::string& who = "viewer") {
    testing::RawClient client(port_);
    client.send("GET /events" + query + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                who + "\r\n" + headers + "\r\n");
    return client;
  }
  // A stream that is known to be joined: its greeting has come.
  testing::RawClient join(const std::string& query = "", const std::string& who = "viewer") {
    testing::RawClient client = open(query, "", who);
    const auto head = client.read_answer();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-type"), "text/event-stream");
    EXPECT_EQ(head.header("cache-control"), "no-store");
    client.read_until("\n\n");
    return client;
  }
  void publish(const std::string& topic, const std::string& data, const std::string& dag = "") {
    server_->events().publish({{topic, "run", dag, data}});
  }

  std::atomic<bool> changed_ = false;  // what the authenticator says of the reader
  std::atomic<int> asked_ = 0;
};

TEST_F(HttpEvents, AReaderGetsTheEventsOfItsTopics) {
  serve();
  auto client = join("?topics=runs,workers");
  publish("runs", "1");
  publish("dags", "2");
  publish("workers", "3");
  EXPECT_EQ(client.read_until("\n\n"), "id: e1-1\nevent: run\ndata: 1\n\n");
  EXPECT_EQ(client.read_until("\n\n"), "id: e1-3\nevent: run\ndata: 3\n\n");
}

TEST_F(HttpEvents, TheStreamIsGreetedWithAPlaceToComeBackTo) {
  serve();
  publish("runs", "1");
  auto client = open();
  client.read_answer();
  // publish() may not be delivered yet, and then the place is before it.
  const std::string greeting = client.read_until("\n\n");
  EXPECT_TRUE(greeting == "retry: 2000\nid: e1-1\n\n" || greeting == "retry: 2000\nid: e1-0\n\n");
}

TEST_F(HttpEvents, WhoComesBackMissesNothing) {
  serve();
  for (int i = 1; i <= 5; ++i) publish("runs", std::to_string(i));
  EXPECT_EQ(server_->events().position(), "e1-5");
  for (const auto& [query, headers] : std::vector<std::pair<std::string, std::string>>{
           {"", "Last-Event-ID: e1-3\r\n"}, {"?last_event_id=e1-3", ""}}) {
    auto client = open(query, headers);
    client.read_answer();
    EXPECT_EQ(client.read_until("\n\n"), "retry: 2000\nid: e1-3\n\n");
    EXPECT_EQ(client.read_until("\n\n"), "id: e1-4\nevent: run\ndata: 4\n\n");
    EXPECT_EQ(client.read_until("\n\n"), "id: e1-5\nevent: run\ndata: 5\n\n");
  }
}

TEST_F(HttpEvents, WhoKnowsAnotherStartBeginsAnew) {
  serve();
  publish("runs", "1");
  for (const char* id : {"e0-1", "e1-2", "e1-x", "e1--1", "nonsense", "e1-99999999999999999999"}) {
    auto client = open("", "Last-Event-ID: " + std::string(id) + "\r\n");
    client.read_answer();
    EXPECT_NE(client.read_until("\n\n").find("event: reset\ndata: {}\n\n"), std::string::npos)
        << id;
  }
}

TEST_F(HttpEvents, ADagThatOneMayNotReadIsSilent) {
  serve();
  auto one = join("", "only-daily");
  auto all = join("", "viewer");
  publish("runs", "1", "secret");
  publish("runs", "2", "daily");
  publish("runs", "3");
  EXPECT_EQ(one.read_until("data: 3\n\n").find("data: 1"), std::string::npos);
  EXPECT_NE(all.read_until("data: 3\n\n").find("data: 1"), std::string::npos);
}

TEST_F(HttpEvents, NobodyReadsWithoutAnAccount) {
  serve();
  EXPECT_EQ(exchange("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 401);
  EXPECT_EQ(open("", "", "garbage").read_answer().status, 401);
  EXPECT_EQ(
      exchange("GET /events HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer viewer\r\n\r\n")
          .status,
      421);
}

TEST_F(HttpEvents, ASilentStreamIsPinged) {
  options_.ping_interval = milliseconds(20);
  serve();
  auto client = join();
  EXPECT_EQ(client.read_until("\n\n"), ": ping\n\n");
  EXPECT_EQ(client.read_until("\n\n"), ": ping\n\n");
  publish("runs", "1");
  EXPECT_NE(client.read_until("data: 1\n\n"), "");
}

TEST_F(HttpEvents, ARevokedSessionEndsItsStream) {
  options_.recheck_interval = milliseconds(20);
  authenticate_ = [this](const Request& request) -> Result<Principal> {
    if (request.recheck) ++asked_;
    if (changed_) return invalid("this token was revoked");
    return testing::authenticate_for_test(request);
  };
  serve();
  auto client = join();
  changed_ = true;
  EXPECT_TRUE(client.is_closed());
  EXPECT_GT(asked_, 0);
}

TEST_F(HttpEvents, ALostRoleEndsWhatMayBeSeen) {
  options_.recheck_interval = milliseconds(20);
  authenticate_ = [this](const Request& request) -> Result<Principal> {
    auto who = testing::authenticate_for_test(request);
    if (who.ok() && changed_) {
      who->role = Role::none;
      who->grants["daily"] = Role::viewer;
      ++asked_;
    }
    return who;
  };
  serve();
  auto client = join();
  publish("runs", "1", "secret");
  EXPECT_NE(client.read_until("data: 1\n\n"), "");
  changed_ = true;
  while (asked_ < 2) std::this_thread::yield();
  publish("runs", "2", "secret");
  publish("runs", "3", "daily");
  EXPECT_EQ(client.read_until("data: 3\n\n").find("data: 2"), std::string::npos);
}

TEST_F(HttpEvents, AReaderThatDoesNotReadIsCutOffAndHoldsNobodyUp) {
  options_.stream_write_timeout = milliseconds(200);
  serve();
  auto stuck = join();
  auto good = join();
  const std::string large(64 << 10, 'x');
  for (int i = 0; i < 400; ++i) {
    publish("runs", large);
    good.read_until("\n\n");
  }
  wait_for_records(1);
  publish("runs", "end");
  EXPECT_NE(good.read_until("data: end\n\n"), "");
  EXPECT_EQ(stuck.read_until("data: end\n\n").find("data: end"), std::string::npos);
}

TEST_F(HttpEvents, ManyEventsKeepTheirOrder) {
  serve();
  auto client = join();
  std::thread publisher([&] {
    for (int i = 1; i <= 5000; ++i) publish("runs", std::to_string(i));
  });
  for (int i = 1; i <= 5000; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_EQ(client.read_until("\n\n"), "id: e1-" + n + "\nevent: run\ndata: " + n + "\n\n");
  }
  publisher.join();
}

TEST_F(HttpEvents, StoppingEndsStreamsAtOnce) {
  options_.stop_grace = std::chrono::seconds(60);
  serve();
  auto client = join();
  server_.reset();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpEvents, AReaderThatLeavesIsForgotten) {
  serve();
  {
    auto client = join();
    EXPECT_EQ(server_->figures().streams, 1);
  }
  wait_for_records(1);
  EXPECT_EQ(server_->figures().streams, 0);
  EXPECT_EQ(records()[0].status, 200);
}

// The shadow of every byte counts as well under the sanitizers.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t kMostBytesEach = 256 << 10;
#else
constexpr std::int64_t kMostBytesEach = 32 << 10;
#endif

std::int64_t kilobytes_resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

std::int64_t threads() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) return std::stoll(line.substr(8));
  }
  return 0;
}

TEST_F(HttpEvents, TwoThousandIdleReadersCostNoThreads) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  serve();
  join();
  const std::int64_t before = kilobytes_resident();
  const std::int64_t threads_before = threads();
  std::vector<testing::RawClient> clients;
  for (int i = 0; i < 2000; ++i) {
    clients.push_back(join());
    ASSERT_TRUE(clients.back().connected());
  }
  EXPECT_EQ(threads(), threads_before);
  const std::int64_t each = (kilobytes_resident() - before) * 1024 / 2000;
  // Both ends are in this process; the reader of a page must not cost a buffer of its own.
  std::printf("2000 readers: %lld bytes each\n", static_cast<long long>(each));
  EXPECT_LT(each, kMostBytesEach);
  publish("runs", "hello");
  for (auto& client : clients) {
    ASSERT_EQ(client.read_until("\n\n"), "id: e1-1\nevent: run\ndata: hello\n\n");
  }
}

}  // namespace
}  // namespace tidemill
