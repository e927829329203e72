#include "scheduler/files_in_place.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

namespace tidemill {

Status FilesInPlace::remember(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno_error("cannot look at " + path);
  files_.push_back({path, info.st_dev, info.st_ino});
  return Ok{};
}

Status FilesInPlace::look(BootTime now) {
  if (now < next_look_) return Ok{};
  next_look_ = now + kLookEvery;
  for (const File& file : files_) {
    struct stat info {};
    const bool there = ::stat(file.path.c_str(), &info) == 0;
    // Any other failure says nothing about the file; the commit that needs it will.
    if (!there && errno != ENOENT && errno != ENOTDIR) continue;
    if (there && info.st_dev == file.device && info.st_ino == file.inode) continue;
    return unavailable(fmt::format(
        "{} was {} under the running scheduler, which stops because nothing would be kept. Tasks "
        "that run now go on. If the data folder was moved, start again with --data-dir and its "
        "new name",
        file.path, there ? "replaced by another file" : "removed or moved"));
  }
  return Ok{};
}

}  // namespace tidemill
