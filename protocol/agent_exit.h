// What an agent's exit code tells the scheduler that started it.
#pragma once

namespace tidemill {

// It cannot work as it was set up, and said why on stderr: starting it again changes nothing.
inline constexpr int kAgentCannotWork = 2;

}  // namespace tidemill
