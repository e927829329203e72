#include "tests/support/agent_fixture.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <cstdlib>

#include "base/text.h"
#include "tests/support/cri.h"
#include "worker/agent.h"
#include "worker/process_table.h"
#include "worker/process_tag.h"

namespace tidemill::testing {

AgentFixture::AgentFixture() : data_(folder_ / "data") {
  EXPECT_TRUE(make_directories(data_ + "/run").ok());
  listener_ = listen_unix(scheduler_socket(data_)).value();
}

AgentFixture::~AgentFixture() {
  agent_.reset();
  const pid_t supervisor = supervisor_pid();
  if (supervisor > 1) kill_process(supervisor);
  const ProcessTag tag(worker_directory());
  for (const pid_t pid : list_processes()) {
    if (tag.read(pid)) kill_process(pid);
  }
}

pid_t AgentFixture::supervisor_pid() const {
  const auto pid = to_int(trim(read_text(worker_directory() + "/supervisor.lock")));
  if (!pid || *pid <= 1) return 0;
  // The file may be from one that is gone, whose pid is somebody else's now.
  const std::string arguments = read_text("/proc/" + std::to_string(*pid) + "/cmdline");
  const bool ours = arguments.find("supervisor") != std::string::npos &&
                    arguments.find(worker_directory()) != std::string::npos;
  return ours ? static_cast<pid_t>(*pid) : 0;
}

void AgentFixture::start_agent(int slots, std::vector<std::string> environment, int lease_ms) {
  disconnect();
  agent_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{worker_process(), "worker", "--data-dir", data_, "--slots",
                               std::to_string(slots), "--lease-ms", std::to_string(lease_ms)},
      std::move(environment), folder_ / "agent.log");
  welcome();
}

void AgentFixture::welcome(std::int64_t epoch) {
  ASSERT_TRUE(try_welcome(epoch)) << "no agent connects: " << read_text(folder_ / "agent.log");
}

bool AgentFixture::try_welcome(std::int64_t epoch) {
  disconnect();
  hello_ = {};
  const bool greeted = wait_until([&] {
    if (!agent_->running()) return true;
    auto fd = accept_unix(listener_.get());
    if (fd.ok()) channel_ = Channel(std::move(fd).value());
    pump();
    return !hello_.worker.empty();
  });
  EXPECT_TRUE(greeted);
  if (hello_.worker.empty()) return false;
  send(message::Welcome{message::kProtocolVersion, epoch, 0, {}});
  return true;
}

message::Start AgentFixture::order(std::int64_t attempt, std::vector<std::string> argv) const {
  message::Start start;
  start.attempt = AttemptId{attempt};
  start.run = RunId{1};
  start.dag = "dag";
  start.task = "task" + std::to_string(attempt);
  start.task_index = static_cast<TaskIndex>(attempt);
  start.argv = std::move(argv);
  start.directory = data_;
  start.grace = std::chrono::seconds(1);
  start.context_json = "{\"attempt\": " + std::to_string(attempt) + "}";
  return start;
}

message::Start AgentFixture::script(std::int64_t attempt, const std::string& text) const {
  message::Start start = order(attempt, {});
  start.script = text;
  return start;
}

void AgentFixture::send(const Message& message) {
  // An agent that just died is met by the next pump().
  if (!channel_.open()) return;
  channel_.send(message);
  const bool sent = wait_until([&] { return !channel_.flush().ok() || !channel_.wants_write(); });
  EXPECT_TRUE(sent);
  if (channel_.wants_write()) disconnect();
}

void AgentFixture::pump() {
  if (!channel_.open()) return;
  if (!channel_.flush().ok()) return disconnect();
  auto messages = channel_.receive();
  if (!messages.ok()) return disconnect();
  for (Message& message : *messages) {
    if (auto* hello = std::get_if<message::Hello>(&message)) hello_ = std::move(*hello);
    if (auto* started = std::get_if<message::Started>(&message))
      started_[started->attempt.value] = *started;
    if (auto* ended = std::get_if<message::Ended>(&message))
      ends_[ended->attempt.value] = ended->outcome;
    if (auto* progress = std::get_if<message::Progress>(&message)) progress_.push_back(*progress);
    if (std::holds_alternative<message::Heartbeat>(message)) ++heartbeats_;
  }
}

void AgentFixture::pump_blocking() {
  if (!channel_.open() || !channel_.flush().ok()) return disconnect();
  pollfd event{channel_.fd(), static_cast<short>(POLLIN | (channel_.wants_write() ? POLLOUT : 0)),
               0};
  ::poll(&event, 1, 10'000);
  pump();
}

message::Started AgentFixture::await_started(std::int64_t attempt) {
  EXPECT_TRUE(wait_until([&] {
    pump();
    return started_.contains(attempt);
  })) << "attempt "
      << attempt << " does not start";
  return started_[attempt];
}

Outcome AgentFixture::await_end(std::int64_t attempt, double seconds) {
  EXPECT_TRUE(wait_until(
      [&] {
        pump();
        return ends_.contains(attempt);
      },
      seconds))
      << "attempt " << attempt << " does not end; " << read_text(folder_ / "agent.log");
  return ends_[attempt];
}

Outcome AgentFixture::run(const message::Start& start) {
  send(start);
  return await_end(start.attempt.value);
}

std::string AgentFixture::log(std::int64_t attempt) const {
  return read_text(data_ + "/logs/1/" + std::to_string(attempt) + ".log");
}

std::string AgentFixture::log_text(std::int64_t attempt, const std::string& stream) const {
  return cri_text(log(attempt), stream);
}

}  // namespace tidemill::testing
