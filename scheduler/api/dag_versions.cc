#include "scheduler/api/dag_versions.h"

namespace tidemill::api {

Result<DagPtr> DagVersions::find(RunReader& reader, std::int64_t version,
                                 const std::string& directory) {
  {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(version);
    if (place != places_.end()) {
      kept_.splice(kept_.begin(), kept_, place->second);
      return place->second->second;
    }
  }
  const DagVersionRow row = TRY(reader.dag_version(version));
  DagPtr dag = TRY(parse_(row, directory));
  const std::lock_guard lock(mutex_);
  if (places_.contains(version)) return dag;  // another thread was faster
  kept_.emplace_front(version, dag);
  places_[version] = kept_.begin();
  if (kept_.size() > kKept) {
    places_.erase(kept_.back().first);
    kept_.pop_back();
  }
  return dag;
}

}  // namespace tidemill::api
