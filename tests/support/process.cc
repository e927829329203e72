#include "tests/support/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/folders.h"

namespace tidemill::testing {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> with_ours(const std::vector<std::string>& environment) {
  std::vector<std::string> all = environment;
  for (char** item = environ; *item != nullptr; ++item) all.emplace_back(*item);
  return all;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv,
                           const std::vector<std::string>& environment,
                           const std::string& output_path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!output_path.empty()) {
    posix_spawn_file_actions_addopen(&actions, 1, output_path.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
  }
  const auto all = with_ours(environment);
  const auto arguments = pointers(argv);
  const auto variables = pointers(all);
  const int error = ::posix_spawn(&pid_, argv.at(0).c_str(), &actions, nullptr, arguments.data(),
                                  variables.data());
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << argv.at(0);
  if (error != 0) pid_ = -1;
}

ChildProcess::~ChildProcess() {
  if (awaited_ || pid_ <= 1) return;
  kill_process(pid_);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) const {
  ASSERT_GT(pid_, 1);
  ::kill(pid_, number);
}

bool ChildProcess::running() {
  if (!awaited_ && pid_ > 1 && ::waitpid(pid_, &status_, WNOHANG) == pid_) awaited_ = true;
  return !awaited_;
}

int ChildProcess::wait() {
  EXPECT_TRUE(wait_until([this] { return !running(); })) << "process " << pid_ << " does not end";
  return status_;
}

void kill_process(std::int64_t pid) {
  ASSERT_GT(pid, 1) << "kill would reach more than one process";
  ::kill(static_cast<pid_t>(pid), SIGKILL);
}

bool wait_until(const std::function<bool()>& condition, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (!condition()) {
    if (Clock::now() > end) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::pair<std::string, std::string>> files_below(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::pair<std::string, std::string>> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; at != end; at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone)) files.emplace_back(at->path(), read_text(at->path()));
  }
  return files;
}

bool process_exists(pid_t pid) {
  const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
  const auto close = stat.rfind(')');
  return close != std::string::npos && stat.substr(close + 2, 1) != "Z";
}

std::string worker_process() { return test::build_folder() + "/worker_process"; }

}  // namespace tidemill::testing
