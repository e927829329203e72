#include "scheduler/api/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

namespace tidemill::api {
namespace {

constexpr std::size_t kPiece = 1 << 20;
// Longer than any stored line: the capture splits at 64 KiB.
constexpr std::size_t kLongestLine = 128 << 10;

constexpr std::array<std::string_view, 8> kErrorWords = {
    "error", "exception", "traceback", "fatal", "panic", "segmentation fault", "killed", "failed"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// The next field up to a space, taken off `rest`.
std::string_view take_field(std::string_view& rest) {
  const auto space = rest.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view field = rest.substr(0, space);
  rest.remove_prefix(space + 1);
  return field;
}

// Calls `take` with each whole line of `bytes` and its offset; returns where the rest begins.
template <typename Take>
std::uint64_t each_line(std::string_view bytes, std::uint64_t offset, Take take) {
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const void* found = std::memchr(bytes.data() + begin, '\n', bytes.size() - begin);
    if (found == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (!take(bytes.substr(begin, end - begin), offset + begin)) break;
    begin = end + 1;
  }
  return offset + begin;
}

// Eight bytes at a time: a byte of `x` is 0 where there is a line end, and only then the sum below
// leaves its highest bit clear.
std::uint64_t count_line_ends(std::string_view text) {
  constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  constexpr std::uint64_t kLineEnds = 0x0a0a0a0a0a0a0a0a;
  std::uint64_t count = 0;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data(), sizeof x);
    x ^= kLineEnds;
    count += static_cast<std::uint64_t>(std::popcount(~(((x & kLow) + kLow) | x | kLow)));
    text.remove_prefix(sizeof x);
  }
  return count + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LogLine parse_log_line(std::string_view line, std::uint64_t offset) {
  LogLine parsed;
  parsed.offset = offset;
  std::string_view rest = line;
  const std::string_view time = take_field(rest);
  const std::string_view stream = take_field(rest);
  const bool tagged = rest.size() >= 2 && rest[1] == ' ' && (rest[0] == 'F' || rest[0] == 'P');
  const bool bare = rest == "F" || rest == "P";
  if (time.size() < 20 || stream.empty() || !(tagged || bare)) {
    parsed.text = line;
    return parsed;
  }
  parsed.time = time;
  parsed.stream = stream;
  parsed.partial = rest[0] == 'P';
  parsed.text = bare ? std::string_view() : rest.substr(2);
  return parsed;
}

Result<LogFile> LogFile::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd) return LogFile(std::move(fd));
  if (errno == ENOENT || errno == ENOTDIR) return not_found("there is no log");
  return errno_error("cannot open the log");
}

Result<std::uint64_t> LogFile::size() const {
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) return errno_error("cannot look at the log");
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::string> LogFile::bytes(std::uint64_t offset, std::size_t most) const {
  std::string buffer(most, '\0');
  std::size_t got = 0;
  while (got < most) {
    const ssize_t n = ::pread(fd_.get(), buffer.data() + got, most - got,
                              static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read the log");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  buffer.resize(got);
  return buffer;
}

Result<LogRange> LogFile::read(std::uint64_t offset, std::size_t most) const {
  LogRange range;
  range.size = TRY(size());
  offset = std::min(offset, range.size);
  if (offset > 0) {
    // One byte before tells whether this is the start of a line.
    const std::string before = TRY(bytes(offset - 1, kLongestLine));
    const auto end = std::find(before.begin(), before.end(), '\n');
    if (end == before.end())
      offset = range.size;
    else
      offset += static_cast<std::uint64_t>(end - before.begin());
  }
  range.begin = offset;
  const std::string piece = TRY(bytes(offset, std::max(most, kLongestLine)));
  range.end = each_line(piece, offset, [&](std::string_view line, std::uint64_t at) {
    if (!range.lines.empty() && at + line.size() > offset + most) return false;
    range.lines.push_back(parse_log_line(line, at));
    return true;
  });
  return range;
}

Result<LogRange> LogFile::tail(std::size_t most) const {
  const std::uint64_t end = TRY(size());
  return read(end > most ? end - most : 0, most);
}

Result<std::uint64_t> LogFile::lines_before(std::uint64_t offset) const {
  std::uint64_t lines = 0;
  for (std::uint64_t at = 0; at < offset;) {
    const std::string piece = TRY(
        bytes(at, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, offset - at))));
    if (piece.empty()) break;
    lines += count_line_ends(piece);
    at += piece.size();
  }
  return lines;
}

Result<std::uint64_t> LogFile::offset_of_line(std::uint64_t number) const {
  std::uint64_t left = number - std::min<std::uint64_t>(number, 1);  // line ends to be passed
  std::uint64_t at = 0;
  while (left > 0) {
    const std::string piece = TRY(bytes(at, kPiece));
    if (piece.empty()) return at;
    const std::uint64_t ends = count_line_ends(piece);
    if (ends < left) {
      left -= ends;
      at += piece.size();
      continue;
    }
    for (std::size_t i = 0; left > 0; ++i) {
      if (piece[i] == '\n') --left;
      ++at;
    }
  }
  return at;
}

template <typename Takes>
Result<LogFile::Found> LogFile::scan(std::uint64_t from, std::size_t limit, Takes takes) const {
  Found found;
  found.next = from;
  const std::uint64_t stop = from + kSearchBytes;
  while (found.next < stop && found.lines.size() < limit) {
    const std::string piece = TRY(bytes(found.next, kPiece));
    const std::uint64_t before = found.next;
    found.next = each_line(piece, found.next, [&](std::string_view line, std::uint64_t at) {
      if (found.lines.size() == limit) return false;
      LogLine parsed = parse_log_line(line, at);
      if (takes(parsed)) found.lines.push_back(std::move(parsed));
      return true;
    });
    if (found.next == before) {
      found.done = piece.size() < kPiece;
      // A line longer than a piece was not written by us; it is passed over.
      if (!found.done) found.next += piece.size();
      if (found.done) break;
    }
  }
  return found;
}

Result<LogFile::Found> LogFile::search(std::string_view words, std::uint64_t from,
                                       std::size_t limit) const {
  const std::string wanted = lowered(words);
  return scan(from, limit, [&](const LogLine& line) {
    return std::search(line.text.begin(), line.text.end(), wanted.begin(), wanted.end(),
                       [](char a, char b) { return lower(a) == b; }) != line.text.end();
  });
}

Result<LogFile::Found> LogFile::first_error(std::uint64_t from) const {
  return scan(from, 1, [](const LogLine& line) {
    const std::string text = lowered(line.text);
    return std::any_of(kErrorWords.begin(), kErrorWords.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
  });
}

}  // namespace tidemill::api
