#include "cli/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "cli/config_file.h"
#include "cli/data_dir.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

const Setting& find(std::string_view name) {
  for (const Setting& setting : all_settings()) {
    if (setting.name == name) return setting;
  }
  UNREACHABLE();
}

std::vector<std::string> fallback_of(const Setting& setting) {
  if (setting.fallback.empty()) return {};
  return {std::string(setting.fallback)};
}

// Where the file may be when nobody names it, nearest first.
std::vector<std::string> usual_places(const SettingSources& sources) {
  std::vector<std::string> places;
  const auto add = [&](const std::string& folder, const std::string& below) {
    if (!folder.empty()) places.push_back(folder + below + "/tidemill.yaml");
  };
  const std::string systemd = sources.environment("CONFIGURATION_DIRECTORY");
  add(systemd.substr(0, systemd.find(':')), "");
  const std::string xdg = sources.environment("XDG_CONFIG_HOME");
  add(xdg, "/tidemill");
  if (xdg.empty()) add(sources.environment("HOME"), "/.config/tidemill");
  add("/etc/tidemill", "");
  return places;
}

struct ConfigFile {
  std::string path;  // empty = there is none
  std::string text;
};

Result<ConfigFile> find_config(const SettingSources& sources) {
  std::string named = sources.config;
  if (named.empty()) named = sources.environment("TIDEMILL_CONFIG");
  if (!named.empty()) {
    std::error_code failed;
    const std::string path = std::filesystem::absolute(named, failed).lexically_normal().string();
    if (failed) return unavailable("cannot resolve " + printable(named) + ": " + failed.message());
    std::string text = TRY(read_file(path, kMostBytes));
    return ConfigFile{path, std::move(text)};
  }
  for (const std::string& path : usual_places(sources)) {
    auto text = read_file(path, kMostBytes);
    if (text.ok()) return ConfigFile{path, std::move(*text)};
    if (text.error().code != ErrorCode::not_found) return text.error();
  }
  return ConfigFile{};
}

std::vector<std::string> words_in(const Setting& setting, const std::string& value) {
  if (setting.count == Count::one) return {value};
  std::vector<std::string> words;
  for (const std::string_view word : split(value, ',')) words.emplace_back(trim(word));
  return words;
}

}  // namespace

SettingSources from_process() {
  SettingSources sources;
  sources.environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  return sources;
}

Result<Settings> Settings::read(const SettingSources& sources) {
  Settings settings;
  std::vector<std::string> mistakes;
  const auto take = [&](const Setting& setting, const std::vector<std::string>& words,
                        const std::string& folder, const std::string& origin) {
    auto value = read_setting(setting, words, folder);
    if (value.ok()) {
      settings.values_.insert_or_assign(std::string(setting.name),
                                        Value{std::move(*value), origin});
    } else {
      mistakes.push_back(fmt::format("{}: {}: {}", origin, setting.name, value.error().message));
    }
  };
  const ConfigFile file = TRY(find_config(sources));
  settings.file_ = file.path;
  for (const Setting& setting : all_settings()) {
    const auto words = fallback_of(setting);
    if (!words.empty()) take(setting, words, "", "default");
  }
  const std::string folder = std::filesystem::path(file.path).parent_path().string();
  for (const FileEntry& entry : parse_config(file.text, file.path, mistakes)) {
    take(*entry.setting, entry.words, folder, fmt::format("{}:{}", file.path, entry.line));
  }
  for (const Setting& setting : all_settings()) {
    const std::string name = setting.environment();
    if (const std::string value = sources.environment(name); !value.empty()) {
      take(setting, words_in(setting, value), "", "$" + name);
    }
    const auto given = sources.flags.find(std::string(setting.name));
    if (given != sources.flags.end() && !given->second.empty()) {
      take(setting, given->second, "", setting.flag());
    }
  }
  if (!mistakes.empty()) return invalid(join(mistakes, "\n  "));
  if (!settings.values_.contains("data_dir")) {
    const bool given = !sources.environment("STATE_DIRECTORY").empty();
    settings.values_["data_dir"] = {TRY(resolve_data_dir("")),
                                    given ? "$STATE_DIRECTORY" : "default"};
  }
  return settings;
}

const Json& Settings::value(std::string_view name) const {
  static const Json kEmptyText(""), kNoItems{Json::Array{}};
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second.value;
  return find(name).count == Count::many ? kNoItems : kEmptyText;
}

const std::string& Settings::text(std::string_view name) const { return value(name).as_string(); }

std::int64_t Settings::integer(std::string_view name) const { return value(name).as_int(); }

bool Settings::is_on(std::string_view name) const { return value(name).as_bool(); }

Duration Settings::duration(std::string_view name) const {
  return parse_duration(text(name)).value();
}

std::vector<std::string> Settings::list(std::string_view name) const {
  std::vector<std::string> words;
  for (const Json& word : value(name).as_array()) words.push_back(word.as_string());
  return words;
}

const std::string& Settings::origin(std::string_view name) const {
  static const std::string kDefault = "default";
  const auto found = values_.find(name);
  return found == values_.end() ? kDefault : found->second.origin;
}

}  // namespace tidemill
