// Read-only connections for handlers: each is used by one thread at a time and goes back when its
// lease ends. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/storage/overview_reader.h"
#include "scheduler/storage/reader.h"

namespace tidemill::api {

template <typename Reader>
class ReaderPool {
 public:
  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  class Lease {
   public:
    Lease(ReaderPool& from, std::unique_ptr<Reader> reader)
        : from_(&from), reader_(std::move(reader)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (reader_ != nullptr) from_->give_back(std::move(reader_));
    }
    Reader* operator->() const { return reader_.get(); }
    Reader& operator*() const { return *reader_; }

   private:
    ReaderPool* from_;
    std::unique_ptr<Reader> reader_;
  };

  Result<Lease> lease() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Lease lease(*this, std::move(idle_.back()));
        idle_.pop_back();
        return lease;
      }
    }
    return Lease(*this, std::make_unique<Reader>(TRY(Reader::open(path_))));
  }

 private:
  void give_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
  }

  std::string path_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<Reader>> idle_;
};

using Readers = ReaderPool<RunReader>;
using OverviewReaders = ReaderPool<OverviewReader>;

}  // namespace tidemill::api
