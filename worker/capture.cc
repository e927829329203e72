#include "worker/capture.h"

#include <algorithm>
#include <ctime>

#include "base/text.h"
#include "worker/mask_forms.h"

namespace tidemill {
namespace {

constexpr std::string_view kAddMask = "::add-mask::";
constexpr std::size_t kMaxCommandBytes = 64u << 10;

std::int64_t wall_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool may_become_command(std::string_view line_start) {
  const std::size_t size = std::min(line_start.size(), kAddMask.size());
  return line_start.substr(0, size) == kAddMask.substr(0, size) &&
         line_start.size() < kMaxCommandBytes;
}

}  // namespace

Capture::Capture(std::string log_path, LogCap cap, LogSync& sync,
                 const std::vector<std::string>& masks, std::vector<std::string> log_patterns)
    : out_{LogStream::out, Masker(masks_), LineCutter(LogStream::out), {}, false},
      err_{LogStream::err, Masker(masks_), LineCutter(LogStream::err), {}, false},
      patterns_(std::move(log_patterns)),
      file_(std::move(log_path), cap, sync) {
  for (const std::string& mask : masks) masks_.add(mask);
}

void Capture::pass(Stream& stream, std::string_view bytes) {
  masked_.clear();
  stream.masker.feed(bytes, masked_);
  if (!patterns_.empty()) tail_.feed(masked_);
  lines_bytes_ += stream.cutter.feed(masked_, now_ns_, clock_, lines_);
}

// At the end of a line, or once it cannot be a command any more.
void Capture::obey_or_pass(Stream& stream, bool line_ended) {
  std::string line = std::exchange(stream.line_start, {});
  const bool is_command = line_ended && std::string_view(line).starts_with(kAddMask);
  if (!is_command) return pass(stream, line);
  const std::string_view value = trim(std::string_view(line).substr(kAddMask.size()));
  if (value.size() >= kShortestMask) masks_.add(value);
  pass(stream, "::add-mask::***\n");
}

// `bytes` hold at most one line end, as their last byte.
void Capture::feed_line_part(Stream& stream, std::string_view bytes) {
  const bool line_ended = bytes.back() == '\n';
  if (stream.inside_line) {
    pass(stream, bytes);
  } else {
    stream.line_start.append(bytes);
    const bool undecided = !line_ended && may_become_command(stream.line_start);
    if (undecided) return;
    obey_or_pass(stream, line_ended);
  }
  stream.inside_line = !line_ended;
}

void Capture::feed(LogStream name, std::string_view bytes) {
  Stream& stream = name == LogStream::out ? out_ : err_;
  now_ns_ = wall_ns();
  task_bytes_ += bytes.size();
  while (!bytes.empty()) {
    // Only a line that begins with the command's first byte needs a look of its own.
    std::size_t part = bytes.find('\n');
    part = part == std::string_view::npos ? bytes.size() : part + 1;
    const bool plain_start = stream.inside_line ||
                             (stream.line_start.empty() && bytes.front() != ':');
    if (plain_start) {
      const auto command = bytes.find("\n:");
      part = command == std::string_view::npos ? bytes.size() : command + 1;
      pass(stream, bytes.substr(0, part));
      stream.inside_line = bytes[part - 1] != '\n';
    } else {
      feed_line_part(stream, bytes.substr(0, part));
    }
    bytes.remove_prefix(part);
  }
  write();
}

void Capture::write() {
  if (lines_.empty()) return;
  file_.write(lines_, std::exchange(lines_bytes_, 0), now_ns_);
  lines_.clear();
}

void Capture::say(std::string_view text) {
  now_ns_ = wall_ns();
  const std::string masked = masks_.apply(text);
  for (const std::string_view line : split(masked, '\n')) {
    append_log_line(LogStream::tidemill, 'F', line, now_ns_, clock_, lines_);
  }
  write();
}

void Capture::end_streams() {
  now_ns_ = wall_ns();
  for (Stream* stream : {&out_, &err_}) {
    if (!stream->line_start.empty()) obey_or_pass(*stream, true);
    masked_.clear();
    stream->masker.finish(masked_);
    if (!patterns_.empty()) tail_.feed(masked_);
    lines_bytes_ += stream->cutter.feed(masked_, now_ns_, clock_, lines_);
    lines_bytes_ += stream->cutter.finish(now_ns_, clock_, lines_);
  }
  write();
}

void Capture::finish() { file_.finish(wall_ns()); }

}  // namespace tidemill
