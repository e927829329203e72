// A real server on loopback with a small table of routes, and principals by token.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "scheduler/http/server.h"
#include "tests/support/raw_client.h"

namespace tidemill::testing {

inline http::Route make_route(http::Method method, std::string_view path, Permission permission,
                              http::Handler handle) {
  http::Route route;
  route.method = method;
  route.path = path;
  route.permission = permission;
  route.handle = std::move(handle);
  return route;
}

// "Bearer <role>" is a user with this role, "Bearer only-<dag>" one who may operate that dag;
// cookie "session=<role>" likewise. Anything else that is sent is refused.
inline Result<Principal> authenticate_for_test(const http::Request& request) {
  Principal who;
  std::string word;
  if (const std::string* header = request.header("authorization")) {
    word = header->starts_with("Bearer ") ? header->substr(7) : "bad";
  } else if (const std::string* cookie = request.header("cookie")) {
    word = cookie->starts_with("session=") ? cookie->substr(8) : "bad";
  } else if (request.remote == "unix") {
    who.kind = Principal::Kind::local;
    who.role = Role::admin;
    return who;
  }
  if (word.empty()) return who;
  who.kind = Principal::Kind::user;
  who.name = word;
  if (word.starts_with("only-")) {
    who.grants[word.substr(5)] = Role::operator_;
    return who;
  }
  auto role = parse_role(word);
  if (!role.ok()) return invalid("this token is not known");
  who.role = *role;
  return who;
}

class HttpFixture : public ::testing::Test {
 protected:
  // Before the members of the test that its handlers use are gone.
  void TearDown() override { server_.reset(); }

  // Fills options_ and routes_ before it.
  void serve() {
    if (options_.endpoints.empty()) options_.endpoints = {{"127.0.0.1", 0, ""}};
    options_.on_request = [this](const http::RequestRecord& record) {
      const std::lock_guard lock(mutex_);
      records_.push_back(record);
      recorded_.notify_all();
    };
    options_.on_error = [this](const std::string&, const std::string& what) {
      const std::lock_guard lock(mutex_);
      errors_.push_back(what);
    };
    auto server = http::Server::start(options_, http::RouteTable(routes_), authenticate_);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(*server);
    port_ = server_->endpoints()[0].port;
  }
  void add(http::Method method, std::string_view path, Permission permission,
           http::Handler handle) {
    routes_.push_back(make_route(method, path, permission, std::move(handle)));
  }

  // Sends `bytes` on a fresh connection; the first answer.
  RawAnswer exchange(std::string_view bytes) {
    RawClient client(port_);
    EXPECT_TRUE(client.connected());
    client.send(bytes);
    return client.read_answer();
  }
  std::vector<http::RequestRecord> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  void wait_for_records(std::size_t count) {
    std::unique_lock lock(mutex_);
    recorded_.wait(lock, [&] { return records_.size() >= count; });
  }
  std::vector<std::string> errors() {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

  std::mutex mutex_;
  std::condition_variable recorded_;
  std::vector<http::RequestRecord> records_;
  std::vector<std::string> errors_;
  http::ServerOptions options_;
  std::vector<http::Route> routes_;
  http::Authenticate authenticate_ = authenticate_for_test;
  std::uint16_t port_ = 0;
  std::unique_ptr<http::Server> server_;
};

}  // namespace tidemill::testing
