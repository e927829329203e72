// Ids that cannot be mixed. All are positive numbers handed out by the database, never reused;
// 0 means "none". Numbers, not names, form every storage path.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tidemill {

template <typename Tag>
struct Id {
  std::int64_t value = 0;

  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
};

using RunId = Id<struct RunTag>;
using WorkerId = Id<struct WorkerTag>;

// One try of one task. Ids rise strictly over the life of a database, so the id is also the fencing
// token: whoever speaks of an older attempt of a task is late (invariants I1, I8, I9).
using AttemptId = Id<struct AttemptTag>;

// Position of a task in Dag::tasks. Fixed for one DAG version, so a run's rows can use it.
using TaskIndex = std::uint32_t;
inline constexpr TaskIndex kNoTask = UINT32_MAX;

}  // namespace tidemill

template <typename Tag>
struct std::hash<tidemill::Id<Tag>> {
  std::size_t operator()(const tidemill::Id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
