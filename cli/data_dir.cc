#include "cli/data_dir.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace tidemill {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string chosen(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (auto dir = environment("TIDEMILL_DATA_DIR"); !dir.empty()) return dir;
  if (auto dir = environment("STATE_DIRECTORY"); !dir.empty()) return dir.substr(0, dir.find(':'));
  if (auto dir = environment("XDG_DATA_HOME"); !dir.empty()) return dir + "/tidemill";
  if (auto home = environment("HOME"); !home.empty()) return home + "/.local/share/tidemill";
  return "";
}

}  // namespace

Result<std::string> resolve_data_dir(const std::string& flag) {
  const std::string dir = chosen(flag);
  if (dir.empty()) {
    return invalid("no data folder: HOME is not set, so name one with --data-dir DIR");
  }
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(dir, failed);
  if (failed) return unavailable(fmt::format("cannot resolve {}: {}", dir, failed.message()));
  return absolute.lexically_normal().string();
}

std::string log_path(const std::string& data_dir, std::int64_t run, std::int64_t attempt) {
  return fmt::format("{}/logs/{}/{}.log", data_dir, run, attempt);
}

Result<std::string> own_binary() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return unavailable("cannot read /proc/self/exe: " + failed.message());
  // After an upgrade the old name belongs to the new program.
  constexpr std::string_view kDeleted = " (deleted)";
  std::string name = path.string();
  if (std::filesystem::exists(name, failed) || !name.ends_with(kDeleted)) return name;
  name.resize(name.size() - kDeleted.size());
  return std::filesystem::exists(name, failed) ? name : std::string("/proc/self/exe");
}

}  // namespace tidemill
