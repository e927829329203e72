#include "tests/support/supervisor_client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include "tests/support/cri.h"
#include "worker/supervisor.h"

namespace tidemill::testing {

SupervisorClient::SupervisorClient(std::string directory, int slots,
                                   std::vector<std::string> environment)
    : directory_(std::move(directory)) {
  restart(std::move(environment));
  attach(slots);
}

void SupervisorClient::restart(std::vector<std::string> environment) {
  detach();
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{worker_process(), "supervisor", "--directory", directory_,
                               "--linger-ms", linger_ms, "--log-cap", log_cap_bytes},
      std::move(environment), directory_ + ".supervisor.log");
}

// A killed supervisor's socket may take one more connection, and lose it, while a child that was
// just being started still holds it; so a connection that ends before its inventory is made again.
bool SupervisorClient::try_attach(int slots) {
  inventory_.reset();
  detach();
  const bool attached = wait_until([&] {
    if (!channel_.open()) {
      auto fd = connect_unix(supervisor_socket(directory_));
      if (!fd.ok()) return false;
      channel_ = Channel(std::move(fd).value());
      channel_.send(message::Attach{message::kProtocolVersion, slots});
      if (!channel_.flush().ok()) detach();
    }
    pump();
    return inventory_.has_value() || !process_->running();
  });
  EXPECT_TRUE(attached);
  return inventory_.has_value();
}

void SupervisorClient::attach(int slots) {
  ASSERT_TRUE(try_attach(slots)) << read_text(directory_ + ".supervisor.log");
}

message::Spawn SupervisorClient::order(std::int64_t attempt, std::vector<std::string> argv) const {
  message::Spawn spawn;
  spawn.attempt = AttemptId{attempt};
  spawn.run = RunId{1};
  spawn.argv = std::move(argv);
  spawn.env = {{"PATH", ::getenv("PATH")}};
  spawn.directory = "/";
  spawn.grace = std::chrono::seconds(1);
  spawn.log_path = log_path(attempt);
  return spawn;
}

message::Spawn SupervisorClient::script(std::int64_t attempt, const std::string& text) const {
  return order(attempt, {"sh", "-c", text});
}

void SupervisorClient::send(const Message& message) {
  channel_.send(message);
  EXPECT_TRUE(wait_until([&] { return channel_.flush().ok() && !channel_.wants_write(); }));
}

void SupervisorClient::pump() {
  if (!channel_.open()) return;
  auto messages = channel_.receive();
  if (!messages.ok()) return detach();
  for (Message& message : *messages) {
    if (auto* spawned = std::get_if<message::Spawned>(&message))
      spawned_[spawned->attempt.value] = *spawned;
    if (auto* exited = std::get_if<message::Exited>(&message)) {
      exits_[exited->record.attempt.value] = exited->record;
    }
    if (auto* inventory = std::get_if<message::Inventory>(&message))
      inventory_ = std::move(*inventory);
  }
}

message::Spawned SupervisorClient::await_spawned(std::int64_t attempt) {
  EXPECT_TRUE(wait_until([&] {
    pump();
    return spawned_.contains(attempt);
  })) << "attempt "
      << attempt << " does not start";
  return spawned_[attempt];
}

message::ExitRecord SupervisorClient::await_exit(std::int64_t attempt, double seconds) {
  EXPECT_TRUE(wait_until(
      [&] {
        pump();
        return exits_.contains(attempt);
      },
      seconds))
      << "attempt " << attempt << " does not end";
  return exits_[attempt];
}

void SupervisorClient::pump_blocking() {
  if (!channel_.open()) return;
  if (!channel_.flush().ok()) return detach();
  pollfd event{channel_.fd(), static_cast<short>(POLLIN | (channel_.wants_write() ? POLLOUT : 0)),
               0};
  ::poll(&event, 1, 10'000);
  if ((event.revents & POLLIN) != 0) pump();
}

std::string SupervisorClient::log_path(std::int64_t attempt) const {
  return directory_ + "/logs/1/" + std::to_string(attempt) + ".log";
}

std::string SupervisorClient::log_text(std::int64_t attempt, const std::string& stream) const {
  return cri_text(log(attempt), stream);
}

}  // namespace tidemill::testing
