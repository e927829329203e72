#include "worker/log_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr unsigned kLogMode = 0640;
constexpr std::string_view kSegmentMark = ".tail-";

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string own_line(std::string_view text, std::int64_t wall_ns) {
  LogClock clock;
  std::string line;
  append_log_line(LogStream::tidemill, 'F', text, wall_ns, clock, line);
  return line;
}

std::string cut_line(std::optional<std::uint64_t> dropped, std::int64_t wall_ns) {
  return own_line(dropped
                      ? fmt::format("log cap reached: {} bytes ({}) are left out here", *dropped,
                                    format_bytes(*dropped))
                      : std::string("log cap reached: an unknown number of bytes is left out here"),
                  wall_ns);
}

// Appends a segment's content to `out` and removes it.
void move_segment(const std::string& segment, int out) {
  const Fd in(::open(segment.c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<char> buffer(1u << 20);
  ssize_t n = 0;
  while (in && (n = ::read(in.get(), buffer.data(), buffer.size())) > 0) {
    if (!write_all(out, {buffer.data(), static_cast<std::size_t>(n)}).ok()) break;
  }
  ::unlink(segment.c_str());
}

}  // namespace

std::string LogFile::segment_path(std::uint64_t number) const {
  return fmt::format("{}{}{}", path_, kSegmentMark, number);
}

bool LogFile::open_file(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  auto file = std::make_shared<Fd>(::open(path.c_str(), kFlags, kLogMode));
  if (!*file && errno == ENOENT && make_directories(folder_of(path), true).ok()) {
    file = std::make_shared<Fd>(::open(path.c_str(), kFlags, kLogMode));
  }
  if (!*file) return false;
  file_ = std::move(file);
  return true;
}

bool LogFile::append(std::string_view bytes) {
  if (!write_all(file_->get(), bytes).ok()) return false;
  sync_.mark(file_);
  return true;
}

void LogFile::note_failure(std::uint64_t task_bytes) {
  lost_errno_ = errno;
  lost_bytes_ += task_bytes;
}

void LogFile::note_recovery(std::int64_t wall_ns) {
  if (lost_errno_ == 0) return;
  const std::string line = own_line(
      fmt::format("{} bytes of the log were lost: {}", lost_bytes_, std::strerror(lost_errno_)),
      wall_ns);
  if (!append(line)) return;
  dropped_bytes_ += lost_bytes_;
  lost_bytes_ = 0;
  lost_errno_ = 0;
}

void LogFile::write(std::string_view lines, std::uint64_t task_bytes, std::int64_t wall_ns) {
  if (!file_ && !open_file(path_)) return note_failure(task_bytes);
  note_recovery(wall_ns);
  if (in_tail_ || head_bytes_ + lines.size() > cap_.head_bytes)
    return write_to_tail(lines, task_bytes);
  if (!append(lines)) return note_failure(task_bytes);
  head_bytes_ += lines.size();
}

void LogFile::start_segment() {
  segments_.push_back({next_segment_++});
  if (!open_file(segment_path(segments_.back().number))) lost_errno_ = errno;
  while (segments_.size() > cap_.segments) drop_oldest_segment();
}

void LogFile::drop_oldest_segment() {
  ::unlink(segment_path(segments_.front().number).c_str());
  dropped_bytes_ += segments_.front().task_bytes;
  segments_.pop_front();
}

void LogFile::write_to_tail(std::string_view lines, std::uint64_t task_bytes) {
  in_tail_ = true;
  if (segments_.empty() || segments_.back().bytes + lines.size() > cap_.segment_bytes)
    start_segment();
  if (!append(lines)) return note_failure(task_bytes);
  segments_.back().bytes += lines.size();
  segments_.back().task_bytes += task_bytes;
}

void LogFile::finish(std::int64_t wall_ns) {
  if (in_tail_ && open_file(path_)) {
    if (dropped_bytes_ > 0) (void)append(cut_line(dropped_bytes_, wall_ns));
    for (const Segment& segment : segments_)
      move_segment(segment_path(segment.number), file_->get());
    sync_.mark(file_);
    segments_.clear();
  }
  if (file_) note_recovery(wall_ns);
  dropped_bytes_ += std::exchange(lost_bytes_, 0);
  file_.reset();
}

void gather_log_segments(const std::string& path, std::int64_t wall_ns) {
  const std::string folder = folder_of(path);
  const std::string prefix = path.substr(folder.size() + 1) + std::string(kSegmentMark);
  std::vector<std::int64_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), &::closedir);
  while (dir) {
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (!name.starts_with(prefix)) continue;
    if (auto number = to_int(name.substr(prefix.size()))) numbers.push_back(*number);
  }
  if (numbers.empty()) return;
  std::sort(numbers.begin(), numbers.end());
  const Fd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kLogMode));
  if (!out) return;
  if (numbers.front() > 1) (void)write_all(out.get(), cut_line(std::nullopt, wall_ns));
  for (const auto number : numbers)
    move_segment(fmt::format("{}{}{}", path, kSegmentMark, number), out.get());
}

}  // namespace tidemill
