// The log file of one attempt. It is made with its first byte, only ever grows, and has a cap: the
// head stays in `path`; what comes after goes to segments beside it (`path.tail-N`), of which only
// the newest are kept, so the disk use is bounded while the task runs; finish() appends them to
// `path` behind a line that says how much is missing.
//
// A disk that refuses never stops a task: what could not be written is counted, and said in the log
// when it takes bytes again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/fd.h"
#include "worker/log_lines.h"
#include "worker/log_sync.h"

namespace tidemill {

struct LogCap {
  std::uint64_t head_bytes = 16u << 20;
  std::uint64_t segment_bytes = 8u << 20;
  std::size_t segments = 6;
};

class LogFile {
 public:
  LogFile(std::string path, LogCap cap, LogSync& sync)
      : path_(std::move(path)), cap_(cap), sync_(sync) {}

  // Whole lines, of which `task_bytes` are the task's own.
  void write(std::string_view lines, std::uint64_t task_bytes, std::int64_t wall_ns);
  // Brings head and tail together. Call once, at the attempt's end.
  void finish(std::int64_t wall_ns);

  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0, task_bytes = 0;
  };

  std::string segment_path(std::uint64_t number) const;
  bool open_file(const std::string& path);
  void write_to_tail(std::string_view lines, std::uint64_t task_bytes);
  void start_segment();
  void drop_oldest_segment();
  bool append(std::string_view bytes);
  void note_failure(std::uint64_t task_bytes);
  void note_recovery(std::int64_t wall_ns);

  const std::string path_;
  const LogCap cap_;
  LogSync& sync_;
  std::shared_ptr<Fd> file_;
  std::uint64_t head_bytes_ = 0;
  bool in_tail_ = false;
  std::deque<Segment> segments_;
  std::uint64_t next_segment_ = 1;
  std::uint64_t dropped_bytes_ = 0;  // of the task, by the cap
  std::uint64_t lost_bytes_ = 0;     // of the task, by a failing disk and not yet told
  int lost_errno_ = 0;
};

// After a crash of the supervisor: appends the segments that it left beside `path`.
void gather_log_segments(const std::string& path, std::int64_t wall_ns);

}  // namespace tidemill
