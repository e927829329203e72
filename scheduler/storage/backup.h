// Whole copies of a database, and what is looked at before one is trusted. Everything here reads;
// it works beside a live writer, which is not held up: a copy is one read transaction of a
// connection of its own, and sees one moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/storage/rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// What is committed now, as a new file at `destination`, which must not be there yet. It is checked
// and on the disk when this returns; after an error nothing is left of it.
Status copy_database(const std::string& path, const std::string& destination);

// What a database says about itself.
struct DatabaseFacts {
  std::int64_t schema = 0;
  std::int64_t epoch = 0;
  Counters counters;
};
Result<DatabaseFacts> read_facts(const std::string& path);  // of ours only, whatever its schema
std::int64_t newest_schema();                               // that this build knows
std::string storage_version();                              // "SQLite 3.40.1"

struct DatabaseCheck {
  DatabaseFacts facts;
  std::int64_t runs = 0, audit_rows = 0;
  std::vector<std::string> problems;  // empty = it is whole
};
// Reads all of it: pages, indexes, references, and the chain of the audit log.
Result<DatabaseCheck> check_database(const std::string& path);

// Raises the epoch and the counters to at least these, so that no number of theirs is used again.
// For a file that nobody uses.
Status raise_counters(const std::string& path, const DatabaseFacts& least);
// Brings the log into the file and empties it. Likewise.
Status empty_log(const std::string& path);

}  // namespace tidemill
