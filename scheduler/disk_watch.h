// How much room the data folder has left. Below the reserve nothing new is to be started, so that
// what runs can still be recorded; a ballast file is set aside for the moment when nothing is left
// at all. One thread, except give_up_ballast().
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/result.h"

namespace tidemill {

struct DiskRule {
  std::uint64_t reserve_bytes = 1ull << 30;
  // Counts too, but never asks for more than ten times reserve_bytes: of a large disk a few percent
  // are plenty.
  unsigned reserve_percent = 5;
  std::uint64_t ballast_bytes = 64ull << 20;  // 0 = none
};

struct FreeSpace {
  std::uint64_t free = 0, total = 0;  // bytes; free for this user
};
Result<FreeSpace> free_space(const std::string& folder);

// What must be free on a disk of `total` bytes.
std::uint64_t reserve_of(const DiskRule& rule, std::uint64_t total);

class DiskWatch {
 public:
  DiskWatch(std::string data_dir, DiskRule rule) : data_dir_(std::move(data_dir)), rule_(rule) {}

  void set_rule(DiskRule rule) { rule_ = rule; }

  struct Look {
    FreeSpace space;
    std::uint64_t wanted = 0;
    bool low = false;  // it stays low until a tenth more than the reserve is free
  };
  // Also sets the ballast aside when there is room for it, a piece at a time.
  Result<Look> look();

  // Any thread: whether there was some. The space is free when this returns.
  bool give_up_ballast();

 private:
  Status grow_ballast(std::uint64_t spare);
  std::string ballast_path() const { return data_dir_ + "/ballast"; }

  std::string data_dir_;
  DiskRule rule_;
  bool low_ = false;
  std::mutex mutex_;  // guards the ballast file
};

}  // namespace tidemill
