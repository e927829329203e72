#include "scheduler/api/readers.h"

namespace tidemill::api {

Result<Readers::Lease> Readers::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  return Lease(*this, std::make_unique<RunReader>(TRY(RunReader::open(path_))));
}

void Readers::give_back(std::unique_ptr<RunReader> reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace tidemill::api
