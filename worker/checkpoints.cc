#include "worker/checkpoints.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "worker/pristine.h"

namespace tidemill {
namespace {

constexpr std::string_view kLinkPrefix = "of-";

std::string link_name(RunId run, TaskIndex task) {
  return fmt::format("{}{}-{}", kLinkPrefix, run.value, task);
}

}  // namespace

std::string Checkpoints::path(std::int64_t number) const {
  return fmt::format("{}/{}", root_, number);
}

std::string Checkpoints::link_path(RunId run, TaskIndex task) const {
  return fmt::format("{}/{}", root_, link_name(run, task));
}

Status Checkpoints::open() {
  TRY(make_directories(root_, true));
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(root_.c_str()), &::closedir);
  if (!dir) return errno_error("cannot read " + root_);
  std::set<std::int64_t> numbers;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (const auto number = to_int(name); number && *number > 0) numbers.insert(*number);
    if (!name.starts_with(kLinkPrefix)) continue;
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(fmt::format("{}/{}", root_, name),
                                                             error);
    if (const auto number = to_int(target)) bound_.emplace(name, *number);
  }
  for (const std::int64_t number : numbers) next_ = std::max(next_, number + 1);
  free_ = std::move(numbers);
  for (const auto& [name, number] : bound_) free_.erase(number);
  // What an attempt left between its end and its binding cannot be told from rubbish any more.
  std::erase_if(free_, [this](std::int64_t number) { return !is_pristine(path(number)); });
  return Ok{};
}

Result<Checkpoints::Taken> Checkpoints::take(RunId run, TaskIndex task) {
  const auto bound = bound_.find(link_name(run, task));
  if (bound != bound_.end()) return Taken{bound->second, true};
  if (!free_.empty()) {
    const std::int64_t number = *free_.begin();
    free_.erase(free_.begin());
    return Taken{number, false};
  }
  const std::int64_t number = next_++;
  if (::mkdir(path(number).c_str(), 0700) != 0 && errno != EEXIST) {
    return errno_error("cannot make " + path(number));
  }
  TRY(mark_pristine(path(number)));
  return Taken{number, false};
}

void Checkpoints::settle(std::int64_t number, RunId run, TaskIndex task, bool succeeded) {
  const std::string name = link_name(run, task);
  const bool is_bound = bound_.contains(name);
  if (succeeded && is_bound) {
    ::unlink(link_path(run, task).c_str());
    bound_.erase(name);
  }
  if (succeeded || is_bound || is_pristine(path(number))) return;
  if (::symlink(std::to_string(number).c_str(), link_path(run, task).c_str()) == 0) {
    bound_.emplace(name, number);
  }
}

bool Checkpoints::release(std::int64_t number, RunId run, TaskIndex task) {
  const auto bound = bound_.find(link_name(run, task));
  if (bound != bound_.end() && bound->second == number) return false;
  if (!is_pristine(path(number))) return true;
  offer(number);
  return false;
}

Status Checkpoints::clean(const std::string& folder) {
  TRY(empty_folder(folder));
  return mark_pristine(folder);
}

}  // namespace tidemill
