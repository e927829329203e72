#include "cli/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/fd.h"

namespace tidemill {
namespace {

// Names are checked by the parser, but they become part of a path here, so here they are checked
// again.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             std::string::npos;
}

Result<std::string> read_private(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return errno_error("cannot read the secret " + path);
  if ((st.st_mode & 077) != 0) {
    return invalid(fmt::format("the secret {} is open to others: chmod 600 it", path));
  }
  std::string value = TRY(read_file(path, kMaxSecretBytes));
  if (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

}  // namespace

Result<std::string> read_secret(const std::string& data_dir, const std::string& name) {
  if (!is_plain_name(name)) return invalid("a secret's name has letters, digits, _ . and - only");
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (credentials != nullptr) {
    const std::string path = fmt::format("{}/{}", credentials, name);
    // systemd owns these files and their modes.
    if (exists(path)) return read_file(path, kMaxSecretBytes);
  }
  const std::string path = fmt::format("{}/secrets/{}", data_dir, name);
  if (exists(path)) return read_private(path);
  return not_found(fmt::format("no secret {}: put its value into {} with mode 600", name, path));
}

}  // namespace tidemill
