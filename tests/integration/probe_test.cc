// Many questions at once to servers that do not behave, over real sockets on loopback.
#include "scheduler/http/probe.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <set>

#include "base/fd.h"

namespace tidemill::http {
namespace {

// Takes connections into its backlog and never says a word, unless told what to say.
class Listener {
 public:
  Listener() {
    fd_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(fd_.get(), 512) == 0);
    socklen_t size = sizeof address;
    CHECK(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  std::string url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + "/ready";
  }
  // Answers one connection with these bytes; what was asked.
  std::string answer(const std::string& bytes) {
    const Fd peer(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    CHECK(peer);
    char asked[4096] = {};
    const ssize_t size = ::read(peer.get(), asked, sizeof asked);
    (void)!::write(peer.get(), bytes.data(), bytes.size());
    return {asked, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  Fd fd_;
  int port_ = 0;
};

ProbeRules quick(Duration limit = std::chrono::seconds(20)) {
  ProbeRules rules;
  rules.refuse = [](const std::string&) { return std::string(); };
  rules.limit = limit;
  return rules;
}

// The status, or the words of the error.
std::string ask(Prober& prober, const std::string& url, bool head = false) {
  std::promise<std::string> promise;
  auto said = promise.get_future();
  prober.ask({url, head}, [&promise](const Result<int>& status) {
    promise.set_value(status.ok() ? std::to_string(*status) : status.error().message);
  });
  return said.get();
}

TEST(Probe, TheStatusIsAllThatIsRead) {
  Listener server;
  Prober prober(quick());
  auto asked = std::async(std::launch::async, [&] {
    return server.answer("HTTP/1.1 204 No Content\r\nSet-Cookie: a=b\r\n\r\n");
  });
  EXPECT_EQ(ask(prober, server.url()), "204");
  const std::string request = asked.get();
  EXPECT_TRUE(request.starts_with("GET /ready HTTP/1.1\r\nHost: 127.0.0.1:")) << request;
  EXPECT_NE(request.find("Connection: close"), std::string::npos);
}

TEST(Probe, WhatIsNoAnswerIsSaidInWords) {
  Listener server;
  Prober prober(quick());
  for (const std::string& bytes :
       {std::string(), std::string("not HTTP\r\n\r\n"), std::string("HTTP/1.1 99999 x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n"}) {
    auto asked = std::async(std::launch::async, [&] { return server.answer(bytes); });
    const std::string said = ask(prober, server.url());
    EXPECT_EQ(said.find_first_not_of("0123456789"), 0u) << said;
    asked.get();
  }
  auto asked = std::async(std::launch::async, [&] { return server.answer("no TLS here"); });
  const std::string said = ask(prober, server.url("https"));
  EXPECT_TRUE(said.starts_with("TLS: ")) << said;
  asked.get();
}

TEST(Probe, ManyThatHangAreGivenUpEachAndNoneHoldsUpTheOthers) {
  Listener server;
  ProbeRules rules = quick(std::chrono::milliseconds(50));
  rules.most_at_once = 16;
  Prober prober(std::move(rules));
  constexpr int kQuestions = 200;
  std::atomic<int> left = kQuestions;
  std::promise<void> all;
  for (int i = 0; i < kQuestions; ++i) {
    prober.ask({server.url(), false}, [&](const Result<int>& status) {
      EXPECT_FALSE(status.ok());
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().wait();
}

TEST(Probe, WhoeverLeavesWaitsForNoAnswer) {
  Listener server;
  std::atomic<bool> answered = false;
  {
    Prober prober(quick());
    for (int i = 0; i < 100; ++i) {
      prober.ask({server.url(), false}, [&](const Result<int>&) { answered = true; });
    }
  }
  EXPECT_FALSE(answered);
}

TEST(Probe, ARefusedAddressIsNotConnectedTo) {
  Listener server;
  std::set<std::string> looked_at;
  ProbeRules rules = quick();
  rules.refuse = [&](const std::string& address) {
    looked_at.insert(address);
    return "not that one";
  };
  {
    Prober prober(std::move(rules));
    EXPECT_EQ(ask(prober, server.url()), "127.0.0.1 is not asked: not that one");
  }
  EXPECT_EQ(looked_at, std::set<std::string>{"127.0.0.1"});
  // The server has nobody to talk to.
  Prober prober(quick());
  auto asked = std::async(std::launch::async,
                          [&] { return server.answer("HTTP/1.1 200 OK\r\n\r\n"); });
  EXPECT_EQ(ask(prober, server.url(), true), "200");
  EXPECT_TRUE(asked.get().starts_with("HEAD "));
}

}  // namespace
}  // namespace tidemill::http
