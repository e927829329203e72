#include "worker/workspaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.h"
#include "worker/pristine.h"

namespace tidemill {
namespace {

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return errno_error("cannot make " + path);
  return Ok{};
}

}  // namespace

Result<std::vector<std::int64_t>> Workspaces::open() {
  TRY(make_directories(root_, true));
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(root_.c_str()), &::closedir);
  if (!dir) return errno_error("cannot read " + root_);
  std::vector<std::int64_t> numbers;
  while (const dirent* entry = ::readdir(dir.get())) {
    const auto number = to_int(entry->d_name);
    if (!number || *number <= 0) continue;
    numbers.push_back(*number);
    next_ = std::max(next_, *number + 1);
  }
  return numbers;
}

std::string Workspaces::path(std::int64_t number) const {
  return fmt::format("{}/{}", root_, number);
}

void Workspaces::take_known(std::int64_t number) {
  free_.erase(number);
  next_ = std::max(next_, number + 1);
}

Result<std::int64_t> Workspaces::take() {
  if (!free_.empty()) {
    const std::int64_t number = *free_.begin();
    free_.erase(free_.begin());
    return number;
  }
  const std::int64_t number = next_++;
  TRY(clean(path(number)));
  return number;
}

bool Workspaces::touched(std::int64_t number) const {
  return !is_pristine(path(number)) || !is_pristine(path(number) + "/out");
}

void Workspaces::set_aside(std::int64_t number) { contexts_.erase(number); }

Status Workspaces::clean(const std::string& folder) {
  TRY(make_folder(folder));
  TRY(empty_folder(folder));
  TRY(make_folder(folder + "/out"));
  const Fd context(
      ::open((folder + "/context.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!context) return errno_error("cannot make context.json in " + folder);
  TRY(mark_pristine(folder + "/out"));
  return mark_pristine(folder);
}

// A task may have put something else in its place, a link to anywhere; that goes with the folder.
Status Workspaces::empty_out(const std::string& folder) {
  const std::string out = folder + "/out";
  struct stat st {};
  if (::lstat(out.c_str(), &st) != 0 || !S_ISDIR(st.st_mode)) return Ok{};
  return empty_folder(out);
}

// Written over what was there before, and filled up with spaces to its length, which JSON allows:
// that is one system call, where cutting the file would cost ten times as much.
Status Workspaces::write_context(std::int64_t number, std::string_view json) {
  Context& context = contexts_[number];
  if (!context.file) {
    const std::string name = path(number) + "/context.json";
    context.file = Fd(::open(name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!context.file) return errno_error("cannot open " + name);
    struct stat st {};
    if (::fstat(context.file.get(), &st) != 0) return errno_error("cannot stat " + name);
    context.bytes = static_cast<std::size_t>(st.st_size);
  }
  std::string content(json);
  content.push_back('\n');
  if (content.size() < context.bytes) content.resize(context.bytes, ' ');
  const ssize_t n = ::pwrite(context.file.get(), content.data(), content.size(), 0);
  if (n != static_cast<ssize_t>(content.size()))
    return errno_error("cannot write the task's context");
  context.bytes = content.size();
  return Ok{};
}

}  // namespace tidemill
