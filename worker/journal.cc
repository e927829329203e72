#include "worker/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "protocol/fields.h"

namespace tidemill {

#define TIDEMILL_JOURNAL_FIELDS(Type, ...)                \
  template <>                                             \
  struct Fields<Type> {                                   \
    using T = Type;                                       \
    static constexpr auto list = std::tuple{__VA_ARGS__}; \
  }

TIDEMILL_JOURNAL_FIELDS(journal::Opened, &T::version, &T::boot_id);
TIDEMILL_JOURNAL_FIELDS(journal::Begun, &T::pid, &T::before_us, &T::after_us, &T::at, &T::attempt,
                        &T::run, &T::log_path, &T::note);
TIDEMILL_JOURNAL_FIELDS(journal::Ended, &T::record);
TIDEMILL_JOURNAL_FIELDS(journal::Forgotten, &T::attempts);

#undef TIDEMILL_JOURNAL_FIELDS

namespace {

constexpr std::size_t kHeadBytes = 8;  // length, CRC
constexpr std::size_t kMaxRecordBytes = 16u << 20;
constexpr std::size_t kMaxJournalBytes = 1u << 30;
constexpr std::uint64_t kReserveBytes = 1u << 20;

void put_u32(char* at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) at[i] = static_cast<char>(value >> (8 * i));
}

void put_i64(char* at, std::int64_t value) {
  for (std::size_t i = 0; i < 8; ++i) at[i] = static_cast<char>(value >> (8 * i));
}

std::uint32_t get_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  WireReader(bytes).read(value);
  return value;
}

void seal(char* record, std::size_t body_bytes) {
  put_u32(record, static_cast<std::uint32_t>(body_bytes));
  put_u32(record + 4, crc32c({record + kHeadBytes, body_bytes}));
}

void append_record(std::string& out, const journal::Record& record) {
  const std::size_t start = out.size();
  out.append(kHeadBytes, '\0');
  out.push_back(static_cast<char>(record.index()));
  std::visit([&](const auto& r) { WireWriter(out).write(r); }, record);
  seal(out.data() + start, out.size() - start - kHeadBytes);
}

template <typename T>
bool read_body(WireReader& reader, journal::Record& record) {
  T body;
  reader.read(body);
  record = std::move(body);
  return reader.ok() && reader.at_end();
}

bool decode_body(std::string_view body, journal::Record& record) {
  WireReader reader(body.substr(1));
  switch (body.front()) {
    case 0:
      return read_body<journal::Opened>(reader, record);
    case 1:
      return read_body<journal::Begun>(reader, record);
    case 2:
      return read_body<journal::Ended>(reader, record);
    case 3:
      return read_body<journal::Forgotten>(reader, record);
  }
  return false;
}

// Bytes of the whole and sound records that `content` begins with.
std::size_t read_records(std::string_view content, std::vector<journal::Record>& records) {
  std::size_t at = 0;
  while (content.size() - at >= kHeadBytes) {
    const std::string_view rest = content.substr(at);
    const std::size_t size = get_u32(rest);
    if (size == 0 || size > kMaxRecordBytes || size > rest.size() - kHeadBytes) break;
    const std::string_view body = rest.substr(kHeadBytes, size);
    journal::Record record;
    if (crc32c(body) != get_u32(rest.substr(4)) || !decode_body(body, record)) break;
    records.push_back(std::move(record));
    at += kHeadBytes + size;
  }
  return at;
}

Result<Fd> open_append(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd) return errno_error("cannot open journal " + path);
  return fd;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, std::vector<journal::Record>& records) {
  Fd fd = TRY(open_append(path));
  const std::string content = TRY(read_file(path, kMaxJournalBytes));
  const std::size_t sound = read_records(content, records);
  if (sound < content.size() && ::ftruncate(fd.get(), static_cast<off_t>(sound)) != 0) {
    return errno_error("cannot cut the torn end off journal " + path);
  }
  return Journal(path, std::move(fd), sound);
}

void Journal::append(const journal::Record& record) { append_record(unwritten_, record); }

Status Journal::flush() {
  while (!unwritten_.empty()) {
    const ssize_t n = ::write(file_.get(), unwritten_.data(), unwritten_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n == static_cast<ssize_t>(unwritten_.size())) {
      bytes_ += unwritten_.size();
      unwritten_.clear();
      break;
    }
    const Error error = errno_error("cannot write journal " + path_);
    // Half a record would hide all that follows it.
    if (n > 0 && ::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0) UNREACHABLE();
    return error;
  }
  return Ok{};
}

Status Journal::reserve() {
  if (bytes_ + unwritten_.size() + kReserveBytes / 2 < reserved_) return Ok{};
  const auto start = static_cast<off_t>(bytes_);
  if (::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, start, kReserveBytes) == 0) {
    reserved_ = bytes_ + kReserveBytes;
    return Ok{};
  }
  if (errno == EOPNOTSUPP) return Ok{};
  const Error error = errno_error("the worker cannot note the start in " + path_);
  return Error{error.code, error.message + "; free some space there"};
}

void Journal::queue_begun(const journal::Begun& begun) {
  begun_at_ = unwritten_.size();
  append(begun);
}

int Journal::write_begun(std::int64_t pid) {
  char* record = unwritten_.data() + begun_at_;
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  put_i64(record + kHeadBytes + 1, pid);
  put_i64(record + kHeadBytes + 17, std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
  seal(record, unwritten_.size() - begun_at_ - kHeadBytes);
  const ssize_t n = ::write(file_.get(), unwritten_.data(), unwritten_.size());
  if (n == static_cast<ssize_t>(unwritten_.size())) return 0;
  return n < 0 ? errno : ENOSPC;
}

void Journal::finish_begun(bool written) {
  if (written) {
    bytes_ += unwritten_.size();
    unwritten_.clear();
    return;
  }
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0) UNREACHABLE();
  unwritten_.resize(begun_at_);
}

Status Journal::rewrite(const std::vector<journal::Record>& records) {
  std::string content;
  for (const journal::Record& record : records) append_record(content, record);
  TRY(write_file_atomic(path_, content, 0600));
  file_ = TRY(open_append(path_));
  bytes_ = content.size();
  reserved_ = 0;
  unwritten_.clear();
  return Ok{};
}

}  // namespace tidemill
