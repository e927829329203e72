// One attempt as the agent holds it, from Start (or from the supervisor's inventory) to
// Acknowledge.
#pragma once

#include <optional>
#include <string>

#include "protocol/messages.h"
#include "worker/attempt_note.h"
#include "worker/masker.h"

namespace tidemill {

struct HeldByAgent {
  enum class Stage {
    preparing,  // inputs are being put in place
    handed_on,  // the supervisor has it: it waits for a slot
    running,
    collecting,  // it ended; its artifacts are being stored
    ended,       // `ended` goes out with every Welcome until it is acknowledged
  };
  Stage stage = Stage::preparing;
  AttemptNote note;
  bool has_folders = false;
  MaskSet masks;        // what its results must not show
  bool touched = true;  // the task left something in its workspace; known once it ended
  std::optional<message::Spawn> spawn;  // until it runs, in case the supervisor dies before
  std::optional<message::Spawned> spawned;
  std::optional<message::Ended> ended;
  std::optional<message::Stop> stop;  // came while it was being prepared
  std::string last_progress;
};

inline message::KnownAttempt::Stage known_stage(HeldByAgent::Stage stage) {
  using Known = message::KnownAttempt::Stage;
  switch (stage) {
    case HeldByAgent::Stage::preparing:
    case HeldByAgent::Stage::handed_on:
      return Known::queued;
    case HeldByAgent::Stage::running:
      return Known::running;
    case HeldByAgent::Stage::collecting:
    case HeldByAgent::Stage::ended:
      return Known::ended;
  }
  UNREACHABLE();
}

}  // namespace tidemill
