#include "core/cause_words.h"

#include <fmt/format.h>

#include "base/check.h"

namespace tidemill {

std::string cause_clause(Cause cause, int exit_code, int signal) {
  switch (cause) {
    case Cause::exit:
      return fmt::format("exit code {}", exit_code);
    case Cause::signal:
      return signal == 0 ? "killed by a signal" : fmt::format("killed by signal {}", signal);
    case Cause::timeout:
      return "timed out";
    case Cause::oom:
      return "out of memory";
    case Cause::exec_failed:
      return "its command could not be started";
    case Cause::cancelled:
      return "cancelled";
    case Cause::lost:
      return "lost with its worker";
    case Cause::contract:
      return "it did not keep its contract";
    case Cause::gate:
      return "its gate did not pass";
    case Cause::none:
      return "no reason was recorded";
  }
  UNREACHABLE();
}

}  // namespace tidemill
