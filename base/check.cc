#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace tidemill {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "tidemill: bug: CHECK failed: %s at %s:%d\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace tidemill
