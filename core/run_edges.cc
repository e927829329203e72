// The legal edges of a task's state. Terminal states have none: only an explicit clear or mark,
// which makes a row of its own, leaves them (I6, I7).
#include "base/check.h"
#include "core/invariants.h"

namespace tidemill {
namespace {

constexpr unsigned bit(TaskState state) { return 1u << static_cast<unsigned>(state); }

// An attempt that is out there may end in any of these, whether or not its start was reported.
constexpr unsigned kAfterAttempt = bit(TaskState::succeeded) | bit(TaskState::failed) |
                                   bit(TaskState::skipped) | bit(TaskState::retry_wait) |
                                   bit(TaskState::cancelled);

unsigned next_states(TaskState from) {
  switch (from) {
    case TaskState::waiting:
      return bit(TaskState::ready) | bit(TaskState::awaiting_input) | bit(TaskState::failed) |
             bit(TaskState::skipped) | bit(TaskState::upstream_failed) | bit(TaskState::cancelled);
    case TaskState::ready:
      return bit(TaskState::dispatched) | bit(TaskState::failed) | bit(TaskState::cancelled);
    case TaskState::dispatched:
      return bit(TaskState::running) | kAfterAttempt;
    case TaskState::running:
      return kAfterAttempt;
    case TaskState::retry_wait:
      return bit(TaskState::ready) | bit(TaskState::cancelled);
    case TaskState::awaiting_input:
      return bit(TaskState::succeeded) | bit(TaskState::failed) | bit(TaskState::skipped) |
             bit(TaskState::cancelled);
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return 0;
  }
  UNREACHABLE();
}

}  // namespace

bool is_legal_edge(TaskState from, TaskState to) { return (next_states(from) & bit(to)) != 0; }

bool is_hand_edge(TaskState from, TaskState to) {
  constexpr unsigned kByHand = bit(TaskState::waiting) | bit(TaskState::succeeded) |
                               bit(TaskState::skipped) | bit(TaskState::failed);
  return from != to && !is_legal_edge(from, to) && (kByHand & bit(to)) != 0;
}

}  // namespace tidemill
