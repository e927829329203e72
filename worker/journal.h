// What the supervisor must still know after a kill -9 at any moment: which attempts were begun, how
// they ended, and which ends the scheduler has committed. One append-only file of records, each
// length + CRC-32C + body; a torn last record is cut off at the next start.
//
// The order that makes it safe: the begin record is written by the child itself, between clone and
// exec. So what was exec'd is on record, and what is on record may have been exec'd and is never
// started again. Records are in the page cache at once and on the disk within a tenth of a second
// (LogSync): only the loss of the host, which the boot id tells, can lose them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/fd.h"
#include "protocol/messages.h"

namespace tidemill {

namespace journal {

struct Opened {
  std::uint32_t version = 1;
  std::string boot_id;
};

struct Begun {
  std::int64_t pid = 0;
  // CLOCK_BOOTTIME around the clone. The process's start time lies between, which tells it from a
  // later process of the same pid.
  std::int64_t before_us = 0, after_us = 0;
  WallTime at;
  AttemptId attempt;
  RunId run;
  std::string log_path, note;
};

struct Ended {
  message::ExitRecord record;
};

struct Forgotten {
  std::vector<AttemptId> attempts;
};

using Record = std::variant<Opened, Begun, Ended, Forgotten>;

}  // namespace journal

class Journal {
 public:
  // Reads what is there (cutting off a torn tail) and opens the file for appending.
  static Result<Journal> open(const std::string& path, std::vector<journal::Record>& records);

  int fd() const { return file_.get(); }
  std::uint64_t bytes() const { return bytes_; }

  // Queues a record for the next write.
  void append(const journal::Record& record);
  bool has_unwritten() const { return !unwritten_.empty(); }
  // Writes everything queued. On failure (disk full) it stays queued.
  Status flush();

  // Makes sure that the disk has room for what the attempts now running will still write.
  Status reserve();

  // Queues a begin record for write_begun. Its pid and time are filled in by the child.
  void queue_begun(const journal::Begun& begun);
  // In the child of a vfork, which shares our memory: completes the record and writes everything
  // queued in one system call. Returns errno or 0. Allocates nothing.
  int write_begun(std::int64_t pid);
  // Back in the parent: accounts for what the child wrote, or takes the begin record out again.
  void finish_begun(bool written);

  // Replaces the file by one that holds only these records.
  Status rewrite(const std::vector<journal::Record>& records);

 private:
  Journal(std::string path, Fd file, std::uint64_t bytes)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes) {}

  std::string path_;
  Fd file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t reserved_ = 0;
  std::string unwritten_;
  std::size_t begun_at_ = 0;  // where the begin record lies in unwritten_
};

}  // namespace tidemill
