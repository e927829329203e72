#include "base/fault_point.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/text.h"

namespace tidemill {
namespace {

struct Trap {
  std::string point;  // empty = none
  std::atomic<std::int64_t> passes_left{1};

  explicit Trap(std::string_view text) {
    const auto colon = text.find(':');
    point = std::string(text.substr(0, colon));
    if (colon == std::string_view::npos) return;
    passes_left = to_int(text.substr(colon + 1)).value_or(1);
  }
};

Trap& trap() {
  const char* text = std::getenv("TIDEMILL_FAULT_POINT");
  static Trap only(text == nullptr ? "" : text);
  return only;
}

}  // namespace

void fault_point(const char* name) {
  static Trap& armed = trap();
  if (armed.point.empty() || armed.point != name) return;
  if (armed.passes_left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

}  // namespace tidemill
