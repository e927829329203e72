// Read-only connections for handlers: each is used by one thread at a time and goes back when its
// lease ends. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scheduler/storage/reader.h"

namespace tidemill::api {

class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  class Lease {
   public:
    Lease(Readers& from, std::unique_ptr<RunReader> reader)
        : from_(&from), reader_(std::move(reader)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (reader_ != nullptr) from_->give_back(std::move(reader_));
    }
    RunReader* operator->() const { return reader_.get(); }
    RunReader& operator*() const { return *reader_; }

   private:
    Readers* from_;
    std::unique_ptr<RunReader> reader_;
  };
  Result<Lease> lease();

 private:
  void give_back(std::unique_ptr<RunReader> reader);

  std::string path_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<RunReader>> idle_;
};

}  // namespace tidemill::api
