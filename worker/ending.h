// Why a process ended, in a word for the machine and a sentence for people. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "core/words.h"

namespace tidemill {

// What the kernel's counters say about a lack of memory while the attempt ran.
enum class OomEvidence {
  unknown,  // there is no counter to read
  none,     // nothing on this host was killed for memory
  host,     // something on this host was; it is not said what
  own,      // a process of this attempt was: its control group says so
};

// What we did to the attempt and saw of it before its end.
struct EndingFacts {
  int wait_status = 0;
  std::optional<Cause> stopped_for = {};  // we asked it to end
  std::string stop_reason = {};           // "used 2.3 GiB of its 2 GiB limit"; may be empty
  bool killed = false;                    // we sent SIGKILL
  OomEvidence oom = OomEvidence::unknown;
  Duration timeout{}, grace{};
  std::uint64_t peak_memory = 0, memory_limit = 0;
};

struct Ending {
  Cause cause = Cause::none;
  int exit_code = 0;
  int signal = 0;
  std::string message;
};

Ending ending_of(const EndingFacts& facts);

}  // namespace tidemill
