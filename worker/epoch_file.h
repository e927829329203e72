// The highest scheduler epoch that this worker has obeyed. A scheduler with a lower one is an old
// one that came back; its commands are refused (I10).
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"

namespace tidemill {

class EpochFile {
 public:
  explicit EpochFile(std::string path) : path_(std::move(path)) {}

  Status load();
  // Refuses a lower epoch; remembers a higher one durably.
  Status accept(std::int64_t epoch);

 private:
  const std::string path_;
  std::int64_t highest_ = 0;
};

}  // namespace tidemill
