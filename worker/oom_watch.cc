#include "worker/oom_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "base/fd.h"
#include "base/text.h"
#include "worker/process_table.h"

namespace tidemill {
namespace {

// -1 = the kernel does not tell.
std::int64_t read_oom_kills() {
  static const Fd file(::open("/proc/vmstat", O_RDONLY | O_CLOEXEC));
  char buffer[16384];
  const ssize_t n = file ? ::pread(file.get(), buffer, sizeof buffer, 0) : -1;
  if (n <= 0) return -1;
  const std::string_view content(buffer, static_cast<std::size_t>(n));
  constexpr std::string_view kKey = "\noom_kill ";
  const auto at = content.find(kKey);
  if (at == std::string_view::npos) return -1;
  const std::string_view rest = content.substr(at + kKey.size());
  return to_int(rest.substr(0, rest.find('\n'))).value_or(-1);
}

constexpr std::string_view kTaskScore = "300";

}  // namespace

void prefer_for_oom(pid_t pid) {
  const Fd score(::open(fmt::format("/proc/{}/oom_score_adj", pid).c_str(), O_WRONLY | O_CLOEXEC));
  if (!score) return;
  (void)!::write(score.get(), kTaskScore.data(), kTaskScore.size());
  for (const pid_t child : read_children(pid)) prefer_for_oom(child);
}

void OomWatch::look(BootTime now, bool now_certainly) {
  if (!now_certainly && now - last_look_ < std::chrono::seconds(1)) return;
  last_look_ = now;
  const std::int64_t count = read_oom_kills();
  if (count_ >= 0 && count > count_) last_kill_ = now;
  count_ = count;
}

}  // namespace tidemill
