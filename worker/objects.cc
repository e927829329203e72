#include "worker/objects.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/copy_file.h"
#include "worker/object_cache.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxListingBytes = 256u << 20;
constexpr std::size_t kMaxFiles = 1'000'000;

struct ListedFile {
  std::string path, hash;
  bool executable = false;
};

Result<Fd> open_plain(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ELOOP)
    return invalid(printable(path) + " is a symbolic link, which is not taken");
  if (!fd) return errno_error("cannot open " + printable(path));
  return fd;
}

Result<struct stat> stat_regular(const Fd& fd, const std::string& path) {
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return errno_error("cannot stat " + printable(path));
  if (!S_ISREG(st.st_mode)) return invalid(printable(path) + " is neither a file nor a folder");
  return st;
}

Result<std::string> hash_file(const Fd& fd, const std::string& path) {
  Sha256 hash;
  std::vector<char> buffer(kFileBufferBytes);
  ssize_t n = 0;
  while ((n = ::read(fd.get(), buffer.data(), buffer.size())) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read " + printable(path));
    hash.update({buffer.data(), static_cast<std::size_t>(n)});
  }
  return hash.finish_hex();
}

Status sync_folder(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return errno_error("cannot sync folder " + path);
  return Ok{};
}

// Every file below `root`, by its relative path, sorted; anything but files and folders is refused.
Result<std::vector<std::string>> list_files(const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(root, error); !error && it != fs::end(it);
       it.increment(error)) {
    const auto type = it->symlink_status(error).type();
    const std::string path = it->path().lexically_relative(root).string();
    if (type == fs::file_type::directory) continue;
    if (type == fs::file_type::symlink)
      return invalid(printable(path) + " is a symbolic link, which is not taken");
    if (type != fs::file_type::regular)
      return invalid(printable(path) + " is neither a file nor a folder");
    if (find_invalid_utf8(path)) return invalid(printable(path) + " is no text (UTF-8)");
    files.push_back(path);
    if (files.size() > kMaxFiles)
      return invalid(fmt::format("it has more than {} files", kMaxFiles));
  }
  if (error)
    return unavailable(fmt::format("cannot read folder {}: {}", printable(root), error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

std::string write_listing(const std::vector<ListedFile>& files) {
  Json::Array items;
  for (const ListedFile& file : files) {
    items.push_back(Json(Json::Object{{"path", Json(file.path)},
                                      {"hash", Json(file.hash)},
                                      {"executable", Json(file.executable)}}));
  }
  return Json(std::move(items)).dump();
}

bool stays_below(std::string_view path) {
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

Result<std::vector<ListedFile>> read_listing(const std::string& text) {
  const Json json = TRY(parse_json(text));
  std::vector<ListedFile> files;
  if (!json.is_array()) return corrupt("a folder's listing is no list");
  for (const Json& item : json.as_array()) {
    const Json* path = item.find("path");
    const Json* hash = item.find("hash");
    const Json* executable = item.find("executable");
    const bool complete = path != nullptr && path->is_string() && hash != nullptr &&
                          hash->is_string() && executable != nullptr && executable->is_bool();
    if (!complete || !stays_below(path->as_string()))
      return corrupt("a folder's listing is broken");
    files.push_back({path->as_string(), hash->as_string(), executable->as_bool()});
  }
  return files;
}

// `path` below `base` may be a symbolic link in none of its parts, or it could lead out; nor may
// `base`, which a task can replace.
Status check_no_links(const std::string& base, const std::string& path) {
  std::string at = base;
  std::error_code ignored;
  if (std::filesystem::is_symlink(at, ignored))
    return invalid("its folder is a symbolic link, which is not taken");
  for (const std::string_view part : split(path, '/')) {
    at.append("/").append(part);
    struct stat st {};
    if (::lstat(at.c_str(), &st) != 0) {
      if (errno == ENOENT) return not_found(fmt::format("the task left no {}", printable(path)));
      return errno_error("cannot stat " + printable(at));
    }
    if (S_ISLNK(st.st_mode))
      return invalid(printable(path) + " is a symbolic link, which is not taken");
  }
  return Ok{};
}

bool is_folder(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

}  // namespace

std::string Objects::path_of(const std::string& hash) const {
  return fmt::format("{}/{}/{}", root_, hash.substr(0, 2), hash);
}

Result<std::string> Objects::temporary_name() {
  TRY(make_directories(root_ + "/new", true));
  return fmt::format("{}/new/{}-{}", root_, ::getpid(), ++next_temporary_);
}

Status Objects::keep(const std::string& temporary, const std::string& hash) {
  const std::string target = path_of(hash);
  // An object that was spoilt makes way for the good content.
  if (want_object(target) && verify(hash).ok()) {
    ::unlink(temporary.c_str());
    return Ok{};
  }
  verified_.erase(hash);
  const std::string folder = target.substr(0, target.rfind('/'));
  TRY(make_directories(folder, true));
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return errno_error("cannot store " + target);
  return sync_folder(folder);
}

// The link comes first: from then on the content is ours, whatever happens to the task's own name.
// A file that has more names, a data set that the task linked into its folder, is copied instead:
// it would change for its owner, and by them.
Result<Objects::Stored> Objects::store_file(const std::string& path) {
  Fd fd = TRY(open_plain(path));
  const struct stat st = TRY(stat_regular(fd, path));
  const std::string temporary = TRY(temporary_name());
  ::unlink(temporary.c_str());
  if (st.st_nlink > 1) {
    TRY(copy_file(path, temporary, 0444));
    fd = TRY(open_plain(temporary));
  } else if (::link(path.c_str(), temporary.c_str()) != 0) {
    return errno_error("cannot link " + printable(path));
  }
  if (::fchmod(fd.get(), 0444) != 0) return errno_error("cannot protect " + printable(path));
  const std::string hash = TRY(hash_file(fd, path));
  if (::fsync(fd.get()) != 0) return errno_error("cannot sync " + printable(path));
  TRY(keep(temporary, hash));
  return Stored{hash, static_cast<std::uint64_t>(st.st_size)};
}

Result<Objects::Stored> Objects::store_text(const std::string& text) {
  const std::string temporary = TRY(temporary_name());
  TRY(write_file_atomic(temporary, text, 0444));
  const std::string hash = sha256_hex(text);
  TRY(keep(temporary, hash));
  return Stored{hash, text.size()};
}

Result<Objects::Stored> Objects::store_folder(const std::string& path) {
  std::vector<ListedFile> files;
  std::uint64_t bytes = 0;
  for (const std::string& name : TRY(list_files(path))) {
    const std::string full = path + "/" + name;
    struct stat st {};
    const bool executable = ::lstat(full.c_str(), &st) == 0 && (st.st_mode & 0100) != 0;
    const Stored stored = TRY(store_file(full));
    bytes += stored.bytes;
    files.push_back({name, stored.hash, executable});
  }
  return Stored{TRY(store_text(write_listing(files))).hash, bytes};
}

Result<Artifact> Objects::store(const std::string& name, const std::string& base,
                                const std::string& path) {
  TRY(check_no_links(base, path));
  const std::string full = base + "/" + path;
  const bool folder = is_folder(full);
  const Stored stored = folder ? TRY(store_folder(full)) : TRY(store_file(full));
  return Artifact{name, stored.hash, stored.bytes, folder};
}

Status Objects::adopt(const std::string& temporary, const std::string& hash) {
  const Fd fd = TRY(open_plain(temporary));
  const std::string actual = TRY(hash_file(fd, temporary));
  if (actual != hash) {
    return corrupt(fmt::format("an artifact came with the hash {}, not {}", actual, hash));
  }
  if (::fchmod(fd.get(), 0444) != 0) return errno_error("cannot protect " + temporary);
  if (::fsync(fd.get()) != 0) return errno_error("cannot sync " + temporary);
  return keep(temporary, hash);
}

Result<std::vector<std::string>> Objects::files_of(const std::string& listing) const {
  const std::string text = TRY(read_file(path_of(listing), kMaxListingBytes));
  std::vector<std::string> hashes;
  for (const ListedFile& file : TRY(read_listing(text))) hashes.push_back(file.hash);
  return hashes;
}

Status Objects::verify(const std::string& hash) {
  const std::string path = path_of(hash);
  const Fd fd = TRY(open_plain(path));
  const struct stat st = TRY(stat_regular(fd, path));
  const Verified now{st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
  const auto known = verified_.find(hash);
  if (known != verified_.end() && known->second == now) return Ok{};
  const std::string actual = TRY(hash_file(fd, path));
  if (actual != hash) {
    return corrupt(
        fmt::format("{} was changed after it was stored (it now has the hash {}); run the "
                    "task that makes it again, which replaces it",
                    path, actual));
  }
  verified_[hash] = now;
  return Ok{};
}

// A hard link shares the object's mode, which holds nobody back who is root.
Status Objects::hand_out(const std::string& hash, const std::string& target, bool executable) {
  TRY(verify(hash));
  const bool may_link = sharing_ == Sharing::links && !executable;
  if (may_link && ::link(path_of(hash).c_str(), target.c_str()) == 0) return Ok{};
  return copy_file(path_of(hash), target, executable ? 0555 : 0444);
}

Status Objects::materialise_folder(const std::string& hash, const std::string& target) {
  TRY(verify(hash));
  const std::string listing = TRY(read_file(path_of(hash), kMaxListingBytes));
  const auto files = TRY(read_listing(listing));
  TRY(make_directories(target));
  for (const ListedFile& file : files) {
    const std::string path = target + "/" + file.path;
    TRY(make_directories(path.substr(0, path.rfind('/'))));
    TRY(hand_out(file.hash, path, file.executable));
  }
  return Ok{};
}

Status Objects::materialise(const RenderedInput& input, const std::string& target) {
  std::error_code ignored;
  std::filesystem::remove_all(target, ignored);
  const Status done = input.is_directory ? materialise_folder(input.hash, target)
                                         : hand_out(input.hash, target, false);
  if (!done.ok()) return done.error().context(fmt::format("input {}", input.name));
  return Ok{};
}

}  // namespace tidemill
