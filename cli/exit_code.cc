#include "cli/exit_code.h"

#include <fmt/format.h>

#include <cstdio>

namespace tidemill {

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
    case ErrorCode::unsupported:
      return kExitUsage;
    case ErrorCode::not_found:
      return kExitNotFound;
    case ErrorCode::conflict:
    case ErrorCode::unavailable:
    case ErrorCode::corrupt:
      return kExitFailed;
  }
  UNREACHABLE();
}

int report(const Error& error) {
  fmt::print(stderr, "tidemill: {}\n", error.message);
  return exit_code_of(error);
}

}  // namespace tidemill
