#include "scheduler/people/readers.h"

#include "scheduler/storage/open.h"

namespace tidemill {

Readers::Lease::~Lease() {
  if (readers_ == nullptr) return;
  const std::lock_guard lock(readers_->mutex_);
  readers_->idle_.push_back(std::move(database_));
}

Result<Readers::Lease> Readers::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  return Lease(*this, TRY(open_for_reading(path_)));
}

}  // namespace tidemill
