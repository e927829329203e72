#include "worker/pristine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

namespace tidemill {
namespace {

constexpr timespec kLongAgo{1, 0};

// A task may have taken write permission from its own folders, which would keep us from emptying
// them.
void make_removable(const std::filesystem::path& folder) {
  std::error_code ignored;
  ::chmod(folder.c_str(), 0700);
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.symlink_status(ignored).type() == std::filesystem::file_type::directory) {
      make_removable(entry.path());
    }
  }
}

}  // namespace

Status mark_pristine(const std::string& folder) {
  const timespec times[2] = {kLongAgo, kLongAgo};
  if (::utimensat(AT_FDCWD, folder.c_str(), times, 0) != 0)
    return errno_error("cannot stamp " + folder);
  return Ok{};
}

bool is_pristine(const std::string& folder) {
  struct stat st {};
  return ::lstat(folder.c_str(), &st) == 0 && st.st_mtim.tv_sec == kLongAgo.tv_sec &&
         st.st_mtim.tv_nsec == kLongAgo.tv_nsec;
}

Status empty_folder(const std::string& folder) {
  std::error_code error;
  make_removable(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::filesystem::remove_all(entry.path(), error);
  }
  if (error) return unavailable(fmt::format("cannot empty {}: {}", folder, error.message()));
  return Ok{};
}

}  // namespace tidemill
