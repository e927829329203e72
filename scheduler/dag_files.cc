#include "scheduler/dag_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/fd.h"
#include "base/text.h"
#include "core/finding_sink.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

bool has_dag_suffix(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

class FileInspector {
 public:
  explicit FileInspector(std::string path) : file_{std::move(path), {}, false, false, {}} {}

  // `folder` is the one being searched; empty when the file was named itself.
  DagFile inspect(const fs::path& folder) {
    if (may_be_opened(folder)) read();
    file_.findings = findings_.take();
    return std::move(file_);
  }

 private:
  void add(Rule rule, std::string message, std::string hint) {
    findings_.add(rule, {}, std::move(message), std::move(hint));
  }

  bool may_be_opened(const fs::path& folder) {
    struct stat info {};
    if (::lstat(file_.path.c_str(), &info) != 0) return unreadable(std::strerror(errno));
    if (S_ISLNK(info.st_mode)) {
      if (!folder.empty() && !link_stays_inside(folder)) return false;
      if (::stat(file_.path.c_str(), &info) != 0) return unreadable(std::strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
      add(Rule::not_regular_file, fmt::format("this is {}, not a file", kind_of(info.st_mode)),
          "move it away, or give it another suffix");
      return false;
    }
    if (info.st_mode & S_IWOTH) {
      add(Rule::writable_by_all, "every user of this machine may write this file",
          fmt::format("chmod o-w {}", file_.path));
    }
    if ((info.st_mode & 0444) == 0) return unreadable("its mode lets nobody read it");
    return true;
  }

  bool unreadable(std::string_view why) {
    add(Rule::unreadable_file, fmt::format("cannot be read: {}", why), "");
    return false;
  }

  bool link_stays_inside(const fs::path& folder) {
    std::error_code error;
    const fs::path target = fs::canonical(file_.path, error);
    if (error) {
      add(Rule::symbolic_link, fmt::format("the symbolic link leads nowhere: {}", error.message()),
          "");
      return false;
    }
    const fs::path root = fs::canonical(folder, error);
    const auto [in_root, in_target] = std::mismatch(root.begin(), root.end(), target.begin(),
                                                    target.end());
    if (!error && in_root == root.end()) return true;
    add(Rule::symbolic_link,
        fmt::format("the symbolic link leads out of the folder, to {}", target.string()),
        "copy the file, or name it on the command line");
    return false;
  }

  // Half-written perhaps: what was read may not be what is there now.
  void read() {
    const auto before = stamp();
    auto content = read_file(file_.path, kMaxDagFileBytes);
    file_.settled = content.ok() && before && before == stamp() &&
                    (*before)[2] == static_cast<std::int64_t>(content->size());
    if (content.ok()) {
      file_.source = std::move(content).value();
      file_.readable = true;
    } else {
      unreadable(content.error().message);
    }
  }

  // Device, inode, size, and when it changed.
  std::optional<std::array<std::int64_t, 7>> stamp() const {
    struct stat info {};
    if (::stat(file_.path.c_str(), &info) != 0) return std::nullopt;
    return std::array<std::int64_t, 7>{static_cast<std::int64_t>(info.st_dev),
                                       static_cast<std::int64_t>(info.st_ino),
                                       info.st_size,
                                       info.st_mtim.tv_sec,
                                       info.st_mtim.tv_nsec,
                                       info.st_ctim.tv_sec,
                                       info.st_ctim.tv_nsec};
  }

  DagFile file_;
  FindingSink findings_;
};

class FileSearch {
 public:
  Status add(const std::string& path) {
    if (path.empty()) return invalid("the name of a file or folder is empty");
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return not_found(path + " does not exist");
    if (status.type() != fs::file_type::directory) {
      found_.files.push_back(FileInspector(path).inspect({}));
      return Ok{};
    }
    const std::size_t before = found_.files.size();
    folder_ = path;
    TRY(walk(path));
    if (found_.files.size() > before) return Ok{};
    return not_found(fmt::format("{} holds no *.yaml or *.yml file", path));
  }

  DagFiles take() {
    auto& files = found_.files;
    std::sort(files.begin(), files.end(),
              [](const DagFile& a, const DagFile& b) { return a.path < b.path; });
    files.erase(std::unique(files.begin(), files.end(),
                            [](const DagFile& a, const DagFile& b) { return a.path == b.path; }),
                files.end());
    std::sort(found_.skipped.begin(), found_.skipped.end());
    return std::move(found_);
  }

 private:
  Status walk(const fs::path& folder) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      TRY(visit(*entry));
    }
    if (!error) return Ok{};
    return unavailable(fmt::format("cannot list {}: {}", folder.string(), error.message()));
  }

  Status visit(const fs::directory_entry& entry) {
    std::error_code error;
    const fs::path& path = entry.path();
    const bool is_folder = entry.is_directory(error);
    const bool matters = is_folder || has_dag_suffix(path);
    if (path.filename().string().starts_with('.')) {
      if (matters) found_.skipped.push_back(path.string());
      return Ok{};
    }
    if (has_dag_suffix(path)) {
      found_.files.push_back(FileInspector(path.lexically_normal().string()).inspect(folder_));
      return Ok{};
    }
    if (!is_folder) return Ok{};
    if (entry.is_symlink(error)) {
      found_.skipped.push_back(path.string());
      return Ok{};
    }
    return walk(path);
  }

  DagFiles found_;
  fs::path folder_;
};

}  // namespace

Result<DagFiles> find_dag_files(const std::vector<std::string>& paths) {
  FileSearch search;
  for (const std::string& path : paths) TRY(search.add(path));
  return search.take();
}

}  // namespace tidemill
