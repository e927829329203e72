#include "cli/client/token.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/fd.h"
#include "base/text.h"

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxTokenBytes = 4096;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string default_file() {
  if (const auto config = environment("XDG_CONFIG_HOME"); !config.empty())
    return config + "/tidemill/token";
  const auto home = environment("HOME");
  return home.empty() ? "" : home + "/.config/tidemill/token";
}

Result<std::string> checked(std::string_view text, const std::string& where) {
  const std::string_view token = trim(text);
  for (const char c : token) {
    // A line end would let the token write further headers.
    if (c <= ' ' || c > '~') return invalid(where + " holds no token: it has other characters");
  }
  return std::string(token);
}

Result<std::string> read_token_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno_error("cannot read the token in " + path);
  if ((info.st_mode & 077) != 0) {
    return conflict(
        fmt::format("others may read the token in {0}; make it yours alone: chmod 600 {0}", path));
  }
  return checked(TRY(read_file(path, kMaxTokenBytes)), path);
}

}  // namespace

Result<std::string> read_token() {
  if (const auto token = environment("TIDEMILL_TOKEN"); !token.empty())
    return checked(token, "$TIDEMILL_TOKEN");
  if (const auto path = environment("TIDEMILL_TOKEN_FILE"); !path.empty())
    return read_token_file(path);
  const std::string path = default_file();
  if (path.empty() || ::access(path.c_str(), F_OK) != 0) return std::string();
  return read_token_file(path);
}

}  // namespace tidemill::client
