#include "scheduler/log_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

// What cannot be read has just been removed, or grows while it is looked at: both are fine.
std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (fs::directory_iterator file(folder, failed), end; !failed && file != end;
       file.increment(failed)) {
    std::error_code gone;
    const std::uintmax_t size = file->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

Result<std::vector<LogFolder>> list_log_folders(const std::string& data_dir) {
  std::vector<LogFolder> folders;
  std::error_code failed;
  fs::directory_iterator entry(data_dir + "/logs", failed);
  if (failed == std::errc::no_such_file_or_directory) return folders;
  for (const fs::directory_iterator end; !failed && entry != end; entry.increment(failed)) {
    const auto run = to_int(entry->path().filename().string());
    if (run && *run > 0) folders.push_back({RunId{*run}, bytes_in(entry->path())});
  }
  if (failed) return unavailable("cannot read " + data_dir + "/logs: " + failed.message());
  std::sort(folders.begin(), folders.end(),
            [](const LogFolder& a, const LogFolder& b) { return a.run < b.run; });
  return folders;
}

Status remove_log_folder(const std::string& data_dir, RunId run) {
  const std::string path = fmt::format("{}/logs/{}", data_dir, run.value);
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return unavailable("cannot remove " + path + ": " + failed.message());
  return Ok{};
}

}  // namespace tidemill
