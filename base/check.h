// CHECK states what must hold if our own code is right. It stays on in release: a scheduler that
// goes on with broken state does more harm than one that stops and recovers from its database.
// Bad input is never a CHECK; it is a Result (base/result.h).
#pragma once

namespace tidemill {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace tidemill

#define CHECK(condition)                                        \
  do {                                                          \
    if (!(condition)) [[unlikely]] {                            \
      ::tidemill::check_failed(#condition, __FILE__, __LINE__); \
    }                                                           \
  } while (false)

#define UNREACHABLE() ::tidemill::check_failed("unreachable", __FILE__, __LINE__)
