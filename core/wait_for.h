// `uses: wait_for`: what a task waits for without an attempt and without a slot, and what follows
// from a look at it. Pure; the looks themselves are made by the shell (scheduler/waits/).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

struct WaitSpec {
  enum class Kind : std::uint8_t { file, http, time, dataset } kind = Kind::file;
  Template target;  // a path, an address, an instant or a duration; of a dataset its name, literal

  bool head = false;        // http: HEAD instead of GET
  std::vector<int> status;  // http: the answers that count; empty = 200 to 299
  Duration max_age{};  // dataset: updates count that were at most so old when the task began to
                       // wait, beside those since the time for which the run was scheduled
  Duration every = std::chrono::seconds(30);  // from one look to the next
  Duration timeout{};                         // from its beginning; 0 = none
  bool skip_on_timeout = false;               // otherwise it fails

  bool accepts(int answer) const;  // http
};

// However often the clock is set: an instant is looked at again at the latest after this.
inline constexpr Duration kLongestNap = std::chrono::minutes(1);

std::string_view to_word(WaitSpec::Kind kind);  // "file", "http", "time", "dataset"

// What is looked at, filled in; an error when a value is missing or cannot be meant.
struct WaitTarget {
  WaitSpec::Kind kind = WaitSpec::Kind::file;
  std::string text;  // the path, the address, the name of the dataset; of a time as written
  WallTime at;       // time: when it is due; dataset: updates from then on count
  Duration after{};  // time, as a duration: how long, whatever becomes of the wall clock; else 0
};
// `begun`: when the task began to wait.
Result<WaitTarget> wait_target(const Dag& dag, const Run& run, TaskIndex task, WallTime begun);

// "the file /data/in.csv", "https://example.org/ready to answer", "2026-03-01T12:00:00Z".
std::string in_words(const WaitTarget& target);

// From one look, or the beginning of the wait, to the next look. A duration is looked at once, when
// it has passed.
Duration nap(const WaitSpec& wait, const WaitTarget& target, WallTime now);

}  // namespace tidemill
