#include "worker/epoch_file.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {

Status EpochFile::load() {
  const auto content = read_file(path_, 100);
  if (!content.ok() && content.error().code == ErrorCode::not_found) return Ok{};
  if (!content.ok()) return content.error();
  const auto epoch = to_int(trim(*content));
  if (!epoch)
    return corrupt(path_ + " holds no number; remove it when no old scheduler is left running");
  highest_ = *epoch;
  return Ok{};
}

Status EpochFile::accept(std::int64_t epoch) {
  if (epoch < highest_) {
    return conflict(
        fmt::format("refused a scheduler of epoch {}: this worker already obeys epoch {}; was an "
                    "older copy of the database restored? Then remove {}",
                    epoch, highest_, path_));
  }
  if (epoch == highest_) return Ok{};
  highest_ = epoch;
  return write_file_atomic(path_, fmt::format("{}\n", epoch), 0600);
}

}  // namespace tidemill
