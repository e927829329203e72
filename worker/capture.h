// Everything that becomes of what one attempt writes: secrets are masked, `::add-mask::v` is
// honoured, lines are cut and stamped, capped and written, and the tail is kept for log_matches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "worker/log_file.h"
#include "worker/log_lines.h"
#include "worker/log_tail.h"
#include "worker/masker.h"

namespace tidemill {

class Capture {
 public:
  Capture(std::string log_path, LogCap cap, LogSync& sync, const std::vector<std::string>& masks,
          std::vector<std::string> log_patterns);
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // `stream` is out or err. What the task wrote is never refused.
  void feed(LogStream stream, std::string_view bytes);
  // Our own line, which a task cannot forge; secrets in it are masked as well.
  void say(std::string_view text);
  // The streams have ended. Own lines may still follow until finish().
  void end_streams();
  void finish();

  std::uint64_t task_bytes() const { return task_bytes_; }
  std::uint64_t dropped_bytes() const { return file_.dropped_bytes(); }
  std::uint64_t matched_patterns() const { return tail_.match(patterns_); }

 private:
  struct Stream {
    LogStream name;
    Masker masker;
    LineCutter cutter;
    std::string line_start;  // bytes of a line that may turn out to be an add-mask command
    bool inside_line = false;
  };

  void feed_line_part(Stream& stream, std::string_view bytes);
  void obey_or_pass(Stream& stream, bool line_ended);
  void pass(Stream& stream, std::string_view bytes);
  void write();

  MaskSet masks_;
  Stream out_, err_;
  LogClock clock_;
  LogTail tail_;
  std::vector<std::string> patterns_;
  LogFile file_;
  std::uint64_t task_bytes_ = 0;
  std::uint64_t lines_bytes_ = 0;  // of the task, in lines_
  std::int64_t now_ns_ = 0;
  std::string lines_;   // reused
  std::string masked_;  // reused
};

}  // namespace tidemill
