// Read-only connections to the database, as many as are in use at once. Any thread; a connection
// that was taken belongs to its taker until it is given back.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/storage/sqlite.h"

namespace tidemill {

class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : readers_(std::exchange(other.readers_, nullptr)), database_(std::move(other.database_)) {}
    Lease(const Lease&) = delete;
    ~Lease();
    Database& operator*() { return database_; }

   private:
    friend class Readers;
    Lease(Readers& readers, Database database)
        : readers_(&readers), database_(std::move(database)) {}
    Readers* readers_;
    Database database_;
  };
  Result<Lease> take();

 private:
  std::string path_;
  std::mutex mutex_;  // guards what follows
  std::vector<Database> idle_;
};

}  // namespace tidemill
