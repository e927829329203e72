// Something that the loop does by the clock beside its work: feeding a watchdog, looking at the
// disk. On the scheduler's thread between two turns; must not wait.
#pragma once

#include <functional>

#include "scheduler/engine.h"

namespace tidemill {

struct Chore {
  Duration every{};
  std::function<void(Engine&, Now)> act;
  BootTime due{};  // the loop's
};

}  // namespace tidemill
