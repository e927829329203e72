// A stored log, read in pieces: ranges of whole lines, searches, and the first line that looks like
// an error. Files are in the Kubernetes CRI line format ("time stream P|F text"); offsets are bytes
// of the file and stay valid for ever, because a log only grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace tidemill::api {

struct LogLine {
  std::uint64_t offset = 0;  // of its first byte in the file
  std::string time;          // RFC 3339, as stored
  std::string stream;        // stdout, stderr, tidemill
  std::string text;          // without the line end; parts of a long line are lines of their own
  bool partial = false;      // more of this line follows
};

struct LogRange {
  std::vector<LogLine> lines;
  std::uint64_t begin = 0, end = 0;  // bytes covered; `end` is where to go on
  std::uint64_t size = 0;            // of the file now
};

class LogFile {
 public:
  // not_found when there is no such file (the task wrote nothing yet, or its log was removed).
  static Result<LogFile> open(const std::string& path);

  Result<std::uint64_t> size() const;
  // Whole lines from `offset` (moved to the next line start when it is within a line), at most
  // about `most` bytes of them, at least one line when there is a complete one.
  Result<LogRange> read(std::uint64_t offset, std::size_t most) const;
  // The last lines, about `most` bytes.
  Result<LogRange> tail(std::size_t most) const;

  struct Found {
    std::vector<LogLine> lines;
    std::uint64_t next = 0;  // where to go on; `done` when the end was reached
    bool done = false;
  };
  // Lines whose text holds `words`, ASCII letters of either case alike. Looks at kSearchBytes at
  // most, so that a search in a huge log answers soon and is continued at `next`.
  Result<Found> search(std::string_view words, std::uint64_t from, std::size_t limit) const;
  // The first line from `from` that looks like an error.
  Result<Found> first_error(std::uint64_t from) const;

  // How many lines end before `offset`. Reads all that is before it, about 2 GB a second.
  Result<std::uint64_t> lines_before(std::uint64_t offset) const;
  // Where line `number` (from 1) begins; the end of the log when it has fewer. Reads likewise.
  Result<std::uint64_t> offset_of_line(std::uint64_t number) const;

  // Raw bytes, for downloads.
  Result<std::string> bytes(std::uint64_t offset, std::size_t most) const;

  static constexpr std::uint64_t kSearchBytes = 256 << 20;

 private:
  explicit LogFile(Fd fd) : fd_(std::move(fd)) {}
  template <typename Takes>
  Result<Found> scan(std::uint64_t from, std::size_t limit, Takes takes) const;

  Fd fd_;
};

// "2026-11-22T08:54:03.1Z stdout F text" in its parts; a line that is not of this form is all text.
LogLine parse_log_line(std::string_view line, std::uint64_t offset);

}  // namespace tidemill::api
