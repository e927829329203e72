// A disk in memory for SQLite, for simulations: it remembers which writes were synced, and can lose
// the others as a power cut does. Same writes, same bytes: nothing about it is random except what
// the caller's seed decides. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace tidemill {

class MemoryDisk {
 public:
  MemoryDisk();   // registers an SQLite VFS of its own
  ~MemoryDisk();  // every connection to it must be closed
  MemoryDisk(const MemoryDisk&) = delete;

  // For StorageOptions::vfs and RunReader::open.
  const std::string& vfs() const;

  // All connections must be closed (a killed process). Every write since its file's last sync is
  // lost, or, as the seed decides for each, kept or torn.
  void lose_power(std::uint64_t seed);

  // From the n-th write or sync on (1 = the next), every one fails: EIO or a full disk.
  enum class Failure { none, io_error, full };
  void fail_after(std::int64_t operations, Failure failure);

  std::int64_t syncs() const;
  std::int64_t operations() const;  // writes and syncs so far

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tidemill
