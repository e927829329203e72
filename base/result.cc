#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace tidemill {

Error errno_error(const std::string& what) {
  const int saved = errno;
  const ErrorCode code = saved == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable;
  return {code, what + ": " + std::strerror(saved)};
}

}  // namespace tidemill
