#include "cli/config_command.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_code.h"

namespace tidemill {
namespace {

// Anything but a plain word in quotes, so that the output is a file that means the same.
std::string yaml_text(const Json& value) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (!value.is_string()) return value.dump();
  const std::string& text = value.as_string();
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string::npos &&
                     text.front() != '-';
  return plain ? text : value.dump();
}

std::string size_text(std::int64_t bytes) {
  std::int64_t unit = std::int64_t{1} << 30;
  for (const char* name : {"GiB", "MiB", "KiB"}) {
    if (bytes != 0 && bytes % unit == 0) return fmt::format("{}{}", bytes / unit, name);
    unit >>= 10;
  }
  return fmt::format("{}", bytes);
}

std::string yaml_value(const Setting& setting, const Json& value) {
  if (setting.kind == SettingKind::size) return size_text(value.as_int());
  if (!value.is_array()) return yaml_text(value);
  std::vector<std::string> items;
  for (const Json& item : value.as_array()) items.push_back(yaml_text(item));
  return "[" + join(items, ", ") + "]";
}

void print_yaml(const Settings& settings, bool with_origin) {
  std::string_view section;
  for (const Setting& setting : all_settings()) {
    const auto dot = setting.name.find('.');
    const bool inside = dot != std::string_view::npos;
    const std::string_view its = inside ? setting.name.substr(0, dot) : std::string_view();
    if (inside && its != section) fmt::print("{}:\n", its);
    section = its;
    // What has no value is shown, but would be a mistake to write.
    const Json& value = settings.value(setting.name);
    const bool nothing = value == Json("");
    const std::string line = fmt::format("{}{}{}: {}", inside ? "  " : "", nothing ? "# " : "",
                                         inside ? setting.name.substr(dot + 1) : setting.name,
                                         nothing ? "" : yaml_value(setting, value));
    if (with_origin) {
      fmt::print("{:<44} # {}\n", line, settings.origin(setting.name));
    } else {
      fmt::print("{}\n", line);
    }
  }
}

void print_json(const Settings& settings, bool with_origin) {
  Json all;
  for (const Setting& setting : all_settings()) {
    Json value = settings.value(setting.name);
    if (with_origin) {
      Json both;
      both.set("value", std::move(value));
      both.set("origin", settings.origin(setting.name));
      value = std::move(both);
    }
    all.set(setting.name, std::move(value));
  }
  fmt::print("{}\n", all.dump(true));
}

}  // namespace

int run_config(const ConfigCommand& options) {
  if (options.action != "show") {
    return report(invalid("config: there is only `tidemill config show`"));
  }
  const auto settings = Settings::read(options.sources);
  if (!settings.ok()) return report(settings.error());
  if (options.json) {
    print_json(*settings, options.origin);
    return kExitOk;
  }
  if (options.origin) {
    fmt::print("# file: {}\n", settings->file().empty() ? "none" : settings->file());
  }
  print_yaml(*settings, options.origin);
  return kExitOk;
}

}  // namespace tidemill
