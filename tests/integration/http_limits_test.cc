// Clients that are slow, silent, many or gone, and a server that is short of something.
#include <sys/resource.h>

#include <thread>

#include "tests/support/http_fixture.h"

namespace tidemill {
namespace {

using http::Method;
using http::Request;
using http::Response;
using std::chrono::milliseconds;

constexpr auto kNever = std::chrono::minutes(10);

class HttpLimits : public testing::HttpFixture {
 protected:
  void SetUp() override {
    add(Method::get, "/ok", Permission::anyone,
        [](const Request&) { return Response::text("ok", "text/plain"); });
    add(Method::post, "/take", Permission::signed_in,
        [](const Request& request) { return Response::text(request.body, "text/plain"); });
    routes_.back().body = http::Route::Body::raw;
    add(Method::get, "/big", Permission::anyone,
        [](const Request&) { return Response::text(std::string(64 << 20, 'x'), "image/x"); });
    add(Method::get, "/wait", Permission::anyone, [this](const Request&) {
      std::unique_lock lock(gate_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      return Response::text("waited", "text/plain");
    });
    // Only the one that a test is about is short: a client that is held up must not meet another.
    options_.head_timeout = kNever;
    options_.body_timeout = kNever;
    options_.idle_timeout = kNever;
    options_.write_timeout = kNever;
  }
  void TearDown() override {
    let_go();
    HttpFixture::TearDown();
  }

  void let_go() {
    const std::lock_guard lock(gate_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_until_handled(int count) {
    std::unique_lock lock(gate_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

  std::mutex gate_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

const std::string kGet = "GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(HttpLimits, B78_AHeadThatDoesNotEnd) {
  options_.head_timeout = milliseconds(150);
  serve();
  testing::RawClient client(port_);
  client.send("GET /ok HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.is_closed());
}

// Each byte comes in time for itself; the head as a whole does not.
TEST_F(HttpLimits, B78_AHeadByteByByte) {
  options_.head_timeout = milliseconds(150);
  serve();
  testing::RawClient client(port_);
  bool taken = client.send("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: ");
  pollfd readable{client.fd(), POLLIN, 0};
  while (taken && ::poll(&readable, 1, 10) == 0) taken = client.send("x");
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(HttpLimits, B78_ABodyThatDoesNotEnd) {
  options_.body_timeout = milliseconds(150);
  serve();
  testing::RawClient client(port_);
  client.send(
      "POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\nContent-Length: "
      "5\r\n\r\nab");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpLimits, SilentConnectionsAreClosedWithoutAWord) {
  options_.idle_timeout = milliseconds(300);
  serve();
  testing::RawClient fresh(port_);
  testing::RawClient used(port_);
  // It is asked anew while it was closed before it could say its first word.
  used.send(kGet);
  while (used.read_answer().status != 200) {
    used = testing::RawClient(port_);
    used.send(kGet);
  }
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_TRUE(used.is_closed());
}

TEST_F(HttpLimits, AClientThatDoesNotReadIsCutOff) {
  options_.write_timeout = milliseconds(300);
  serve();
  testing::RawClient client(port_);
  client.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_for_records(1);
  EXPECT_LT(client.read_answer().body.size(), 64u << 20);
}

TEST_F(HttpLimits, SlowClientsCostNoThread) {
  options_.workers = 1;
  serve();
  std::vector<testing::RawClient> slow;
  for (int i = 0; i < 300; ++i) {
    slow.emplace_back(port_);
    slow.back().send(i % 2 == 0 ? "GET /o"
                                : "POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                  "viewer\r\nContent-Length: 5\r\n\r\n");
  }
  EXPECT_EQ(exchange(kGet).body, "ok");
}

TEST_F(HttpLimits, MoreConnectionsThanAllowedAreTurnedAway) {
  options_.max_connections = 3;
  serve();
  std::vector<testing::RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(port_);
    clients.back().send(kGet);
    EXPECT_EQ(clients.back().read_answer().status, 200);
  }
  testing::RawClient fourth(port_);
  EXPECT_EQ(fourth.read_answer().status, 503);
  clients.clear();
  while (exchange(kGet).status != 200) {
  }
}

TEST_F(HttpLimits, OneAddressCannotTakeAllConnections) {
  options_.max_connections = 100;
  options_.max_connections_of_one = 2;
  serve();
  std::vector<testing::RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(port_);
    clients.back().send(kGet);
    EXPECT_EQ(clients.back().read_answer().status, 200);
  }
  testing::RawClient third(port_);
  EXPECT_EQ(third.read_answer().status, 503);
  clients.clear();
  while (exchange(kGet).status != 200) {
  }
}

TEST_F(HttpLimits, BodiesTogetherHaveALimit) {
  options_.max_body_memory = 1000;
  serve();
  const std::string head =
      "POST /take HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer viewer\r\nExpect: "
      "100-continue\r\nContent-Length: 600\r\n\r\n";
  {
    testing::RawClient first(port_);
    first.send(head);
    EXPECT_EQ(first.read_answer().status, 100);
    EXPECT_EQ(exchange(head).status, 503);
  }
  // The first goes away in the middle of its body, and its memory is free again.
  while (exchange(head).status != 100) {
  }
}

TEST_F(HttpLimits, AnswersGoOnWhenDescriptorsRunOut) {
  serve();
  testing::RawClient before(port_);
  before.send(kGet);
  EXPECT_EQ(before.read_answer().status, 200);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  std::vector<Fd> filling;
  const Fd highest(::dup(0));
  rlimit low = old;
  low.rlim_cur = static_cast<rlim_t>(highest.get()) + 40;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  testing::RawClient outside(port_);
  while (true) {
    Fd fd(::dup(0));
    if (!fd) break;
    filling.push_back(std::move(fd));
  }
  filling.resize(filling.size() - 1);
  // One descriptor is left for the client's end; the server has none for its own.
  testing::RawClient refused(port_);
  EXPECT_EQ(refused.read_answer().status, 0);
  before.send(kGet);
  EXPECT_EQ(before.read_answer().status, 200);
  filling.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(exchange(kGet).status, 200);
}

TEST_F(HttpLimits, AClientThatGoesAwayHarmsNobody) {
  options_.workers = 2;
  serve();
  {
    testing::RawClient gone(port_);
    gone.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wait_until_handled(1);
  }
  EXPECT_EQ(exchange(kGet).status, 200);
  let_go();
  wait_for_records(2);
  EXPECT_EQ(exchange(kGet).status, 200);
}

TEST_F(HttpLimits, StoppingLetsAnAnswerInProgressGoOut) {
  options_.stop_grace = kNever;
  serve();
  testing::RawClient idle(port_);
  idle.send(kGet);
  EXPECT_EQ(idle.read_answer().status, 200);
  testing::RawClient busy(port_);
  busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until_handled(1);
  std::thread stopping([this] { server_.reset(); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(testing::RawClient(port_).connected());
  let_go();
  EXPECT_EQ(busy.read_answer().body, "waited");
  stopping.join();
}

TEST_F(HttpLimits, StoppingDoesNotWaitForEver) {
  options_.stop_grace = milliseconds(20);
  serve();
  testing::RawClient reading_nothing(port_);
  reading_nothing.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
  testing::RawClient half(port_);
  half.send("POST /take HTTP/1.1\r\nHost: localhost\r\n");
  testing::RawClient busy(port_);
  busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until_handled(1);
  std::thread letting_go([this] {
    EXPECT_EQ(testing::RawClient(port_).is_closed(), true);
    let_go();
  });
  server_.reset();
  letting_go.join();
}

}  // namespace
}  // namespace tidemill
