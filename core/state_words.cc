#include "core/state_words.h"

#include "base/check.h"

namespace tidemill {

std::string_view in_words(TaskState state) {
  switch (state) {
    case TaskState::dispatched:
      return "starting";
    case TaskState::retry_wait:
      return "waiting for a retry";
    case TaskState::awaiting_input:
      return "awaiting input";
    case TaskState::upstream_failed:
      return "not run because of a failure";
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::running:
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return to_word(state);
  }
  UNREACHABLE();
}

}  // namespace tidemill
