#include "worker/object_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <vector>

namespace tidemill {
namespace {

struct Kept {
  std::string path;
  WallTime wanted;
  std::uint64_t bytes = 0;
};

std::optional<Kept> look(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  const WallTime wanted{st.st_atim.tv_sec * 1'000'000 + st.st_atim.tv_nsec / 1000};
  return Kept{path, wanted, static_cast<std::uint64_t>(st.st_size)};
}

// Objects lie two levels deep, in folders named by two digits of their hash.
Result<std::vector<Kept>> list_objects(const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<Kept> list;
  std::error_code error;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().size() != 2) continue;
    std::error_code gone;
    for (fs::directory_iterator in(at->path(), gone), last; !gone && in != last;
         in.increment(gone)) {
      if (auto kept = look(in->path().string())) list.push_back(std::move(*kept));
    }
  }
  if (error == std::errc::no_such_file_or_directory) return list;
  if (error) return unavailable(fmt::format("cannot read {}: {}", root, error.message()));
  std::sort(list.begin(), list.end(),
            [](const Kept& a, const Kept& b) { return a.wanted < b.wanted; });
  return list;
}

// Out of the way first: whoever wants it from here on finds it missing; whoever wanted it before is
// seen by its time, and it goes back.
bool remove_unless_wanted(const Kept& kept, const std::string& aside) {
  if (std::rename(kept.path.c_str(), aside.c_str()) != 0) return false;
  const auto now = look(aside);
  if (now && now->wanted != kept.wanted) {
    return std::rename(aside.c_str(), kept.path.c_str()) != 0;
  }
  return ::unlink(aside.c_str()) == 0;
}

}  // namespace

bool want_object(const std::string& path) {
  const timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  return ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<std::uint64_t> trim_objects(const std::string& root, const CacheRules& rules) {
  std::uint64_t total = 0;
  const std::vector<Kept> objects = TRY(list_objects(root));
  for (const Kept& kept : objects) total += kept.bytes;
  std::uint64_t removed = 0;
  for (const Kept& kept : objects) {
    if (total - removed <= rules.limit || kept.wanted >= rules.wanted_since) break;
    if (remove_unless_wanted(kept, root + "/removed")) removed += kept.bytes;
  }
  return removed;
}

}  // namespace tidemill
