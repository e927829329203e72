// Stored dag versions as parsed Dags: parsed once, kept while there is room. A version never
// changes, so an entry is good for ever. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/dag.h"
#include "scheduler/storage/reader.h"

namespace tidemill::api {

class DagVersions {
 public:
  using Parse = std::function<Result<DagPtr>(const DagVersionRow&, const std::string& directory)>;
  explicit DagVersions(Parse parse) : parse_(std::move(parse)) {}

  Result<DagPtr> find(RunReader& reader, std::int64_t version, const std::string& directory);

  static constexpr std::size_t kKept = 256;

 private:
  Parse parse_;
  std::mutex mutex_;                                 // guards what follows
  std::list<std::pair<std::int64_t, DagPtr>> kept_;  // newest use first
  std::unordered_map<std::int64_t, decltype(kept_)::iterator> places_;
};

}  // namespace tidemill::api
