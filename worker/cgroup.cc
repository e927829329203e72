#include "worker/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {
namespace {

constexpr std::int64_t kCpuPeriodUs = 100'000;
constexpr int kEmptyLooks = 200;
constexpr Duration kBetweenLooks = std::chrono::milliseconds(10);

bool write_control(const std::string& path, std::string_view value) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

// A group that was killed is busy until the last of its processes has ended.
void remove_when_empty(const std::string& path) {
  for (int look = 0; look < kEmptyLooks && ::rmdir(path.c_str()) != 0 && errno == EBUSY; ++look) {
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

AttemptCgroup::~AttemptCgroup() {
  procs_.reset();
  ::rmdir(path_.c_str());
}

bool AttemptCgroup::set_limits(std::uint64_t memory, double cpu) {
  if (memory > 0) {
    limits_memory_ = write_control(path_ + "/memory.max", fmt::format("{}", memory));
    (void)write_control(path_ + "/memory.oom.group", "1");
    (void)write_control(path_ + "/memory.swap.max", "0");
  }
  if (cpu > 0) {
    const auto quota = static_cast<std::int64_t>(cpu * static_cast<double>(kCpuPeriodUs));
    (void)write_control(path_ + "/cpu.max", fmt::format("{} {}", quota, kCpuPeriodUs));
  }
  return memory == 0 || limits_memory_;
}

void AttemptCgroup::kill() const { (void)write_control(path_ + "/cgroup.kill", "1"); }

OomEvidence AttemptCgroup::oom_evidence() const {
  const auto events = read_file(path_ + "/memory.events", 4096);
  if (!events.ok()) return OomEvidence::unknown;
  for (const std::string_view line : split(*events, '\n')) {
    if (line.starts_with("oom_kill "))
      return line == "oom_kill 0" ? OomEvidence::none : OomEvidence::own;
  }
  return OomEvidence::unknown;
}

Result<CgroupFolder> CgroupFolder::from_environment(std::string_view worker_mark) {
  CgroupFolder folder;
  folder.prefix_ = fmt::format("tidemill-{}-", worker_mark);
  const char* path = std::getenv("TIDEMILL_CGROUP");
  if (path == nullptr || *path == '\0') return folder;
  folder.path_ = path;
  if (::access((folder.path_ + "/cgroup.procs").c_str(), W_OK) != 0) {
    return errno_error(
        fmt::format("TIDEMILL_CGROUP={} is no cgroup v2 folder that we may write", path));
  }
  // Only what the parent passes on can be limited below it.
  for (const char* controller : {"+memory", "+cpu", "+pids"}) {
    (void)write_control(folder.path_ + "/cgroup.subtree_control", controller);
  }
  return folder;
}

void CgroupFolder::clean() const {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path_.c_str()), &::closedir);
  std::vector<std::string> left;
  while (dir && enabled()) {
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    if (std::string_view(entry->d_name).starts_with(prefix_))
      left.push_back(path_ + "/" + entry->d_name);
  }
  for (const std::string& path : left) (void)write_control(path + "/cgroup.kill", "1");
  for (const std::string& path : left) remove_when_empty(path);
}

Result<std::unique_ptr<AttemptCgroup>> CgroupFolder::make(AttemptId attempt) const {
  const std::string path = fmt::format("{}/{}{}", path_, prefix_, attempt.value);
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
    return errno_error("cannot make cgroup " + path);
  Fd procs(::open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!procs) return errno_error("cannot open cgroup " + path);
  return std::make_unique<AttemptCgroup>(path, std::move(procs));
}

}  // namespace tidemill
