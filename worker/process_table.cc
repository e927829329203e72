#include "worker/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <memory>

#include "base/text.h"

namespace tidemill {
namespace {

// /proc files have no size, so they are read to their end.
std::string slurp(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  char buffer[16384];
  ssize_t n = 0;
  while (fd && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0) {
    content.append(buffer, static_cast<std::size_t>(n));
  }
  return content;
}

std::vector<std::int64_t> read_numbers(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (const std::string_view word : split(text, ' ')) {
    if (auto number = to_int(trim(word))) numbers.push_back(*number);
  }
  return numbers;
}

// "Pss_Anon:     1234 kB"
std::uint64_t read_kilobytes(std::string_view content, std::string_view key) {
  const auto at = content.find(key);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = content.substr(at + key.size());
  rest = trim(rest.substr(0, rest.find("kB")));
  return static_cast<std::uint64_t>(to_int(rest).value_or(0)) * 1024;
}

}  // namespace

std::string read_boot_id() { return std::string(trim(slurp("/proc/sys/kernel/random/boot_id"))); }

// The name stands in parentheses and may hold anything, so the fields are counted from the last
// one.
std::optional<ProcessStat> read_stat(pid_t pid) {
  const std::string content = slurp(fmt::format("/proc/{}/stat", pid));
  const auto open = content.find('(');
  const auto close = content.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 4 > content.size()) {
    return std::nullopt;
  }
  ProcessStat stat;
  stat.name = content.substr(open + 1, close - open - 1);
  stat.state = content[close + 2];
  const auto numbers = read_numbers(std::string_view(content).substr(close + 4));
  if (numbers.size() < 19) return std::nullopt;
  stat.parent = static_cast<pid_t>(numbers[0]);
  stat.group = static_cast<pid_t>(numbers[1]);
  stat.session = static_cast<pid_t>(numbers[2]);
  stat.start_ticks = numbers[18];
  return stat;
}

std::vector<pid_t> list_processes() {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc"), &::closedir);
  std::vector<pid_t> pids;
  if (!dir) return pids;
  while (const dirent* entry = ::readdir(dir.get())) {
    if (auto pid = to_int(entry->d_name)) pids.push_back(static_cast<pid_t>(*pid));
  }
  return pids;
}

std::vector<pid_t> read_children(pid_t pid) {
  std::vector<pid_t> pids;
  for (const std::int64_t number :
       read_numbers(slurp(fmt::format("/proc/{0}/task/{0}/children", pid)))) {
    pids.push_back(static_cast<pid_t>(number));
  }
  return pids;
}

bool has_variable(pid_t pid, std::string_view variable) {
  const std::string content = slurp(fmt::format("/proc/{}/environ", pid));
  for (const std::string_view item : split(content, '\0')) {
    if (item == variable) return true;
  }
  return false;
}

std::uint64_t read_anonymous_memory(pid_t pid) {
  const auto numbers = read_numbers(slurp(fmt::format("/proc/{}/statm", pid)));
  if (numbers.size() < 3 || numbers[1] < numbers[2]) return 0;
  return static_cast<std::uint64_t>(numbers[1] - numbers[2]) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t read_proportional_memory(pid_t pid) {
  const std::string content = slurp(fmt::format("/proc/{}/smaps_rollup", pid));
  return read_kilobytes(content, "Pss_Anon:") + read_kilobytes(content, "Pss_Shmem:");
}

ChildrenList::ChildrenList()
    : file_(::open(fmt::format("/proc/self/task/{}/children", ::gettid()).c_str(),
                   O_RDONLY | O_CLOEXEC)) {}

std::vector<pid_t> ChildrenList::read() const {
  std::vector<pid_t> pids;
  if (!file_) {
    // Kernels without CONFIG_PROC_CHILDREN.
    for (const pid_t pid : list_processes()) {
      const auto stat = read_stat(pid);
      if (stat && stat->parent == ::getpid()) pids.push_back(pid);
    }
    return pids;
  }
  std::string content;
  char buffer[4096];
  ssize_t n = 0;
  // A short read is the end.
  do {
    n = ::pread(file_.get(), buffer, sizeof buffer, static_cast<off_t>(content.size()));
    if (n > 0) content.append(buffer, static_cast<std::size_t>(n));
  } while (n == static_cast<ssize_t>(sizeof buffer));
  for (const std::int64_t number : read_numbers(content))
    pids.push_back(static_cast<pid_t>(number));
  return pids;
}

}  // namespace tidemill
