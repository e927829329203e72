#include "worker/process_tag.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace tidemill {
namespace {

constexpr rlim_t kUpperHalf = 0x7fffffff'00000000;

rlim_t hard_limit_of_locks() {
  rlimit limit{};
  ::getrlimit(RLIMIT_LOCKS, &limit);
  return limit.rlim_max;
}

}  // namespace

ProcessTag::ProcessTag(const std::string& worker_directory)
    : worker_((hash64(worker_directory) | (rlim_t{1} << 32)) & kUpperHalf),
      hard_limit_(hard_limit_of_locks()),
      worker_mark_(fmt::format("{:x}", worker_ >> 32)) {}

rlim_t ProcessTag::of(AttemptId attempt) const {
  return worker_ | static_cast<std::uint32_t>(attempt.value);
}

std::optional<rlim_t> ProcessTag::read(pid_t pid) const {
  rlimit limit{};
  if (::prlimit(pid, RLIMIT_LOCKS, nullptr, &limit) != 0) return std::nullopt;
  if ((limit.rlim_cur & kUpperHalf) != worker_ || limit.rlim_cur > (kUpperHalf | UINT32_MAX)) {
    return std::nullopt;
  }
  return limit.rlim_cur;
}

}  // namespace tidemill
