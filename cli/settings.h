// The settings of the scheduler and its local worker: one table, which makes the flags, the names
// in the environment, the keys of the configuration file, their checks and their help.
//
//   flag --log-format  >  $TIDEMILL_LOG_FORMAT  >  `log: {format: …}` in the file  >  default
//
// The file: --config, else $TIDEMILL_CONFIG, else tidemill.yaml in $CONFIGURATION_DIRECTORY
// (systemd), $XDG_CONFIG_HOME/tidemill or ~/.config/tidemill, /etc/tidemill. The first that is
// there is the only one. Relative paths in a file are relative to its folder.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace tidemill {

enum class SettingKind { text, path, integer, size, duration, boolean, word };
enum class Count : bool { one, many };  // many: a list, commas in the environment, a repeated flag

struct Setting {
  std::string_view name;  // "log.format": key `format` of section `log`
  SettingKind kind = SettingKind::text;
  Count count = Count::one;
  std::string_view fallback;              // as it would be written; of a list: nothing
  std::string_view shape;                 // for the help: "DIR"; of a word all of them: "text|json"
  std::int64_t minimum = 0, maximum = 0;  // of an integer
  Status (*check)(const std::string&) = nullptr;  // of what its kind does not tell
  std::string_view help;

  std::string flag() const;         // "--log-format"
  std::string environment() const;  // "TIDEMILL_LOG_FORMAT"
};
std::span<const Setting> all_settings();

// What may hold a value, outermost first. Looked at once.
struct SettingSources {
  std::map<std::string, std::vector<std::string>> flags;  // by name of the setting
  std::string config;                                     // --config
  // The value of a variable; empty = it is not set.
  std::function<std::string(const std::string&)> environment;
};
SettingSources from_process();  // without flags, with this process's environment

class Settings {
 public:
  // Names every mistake with the place where it was made.
  static Result<Settings> read(const SettingSources& sources);

  // By names from the table; another name or kind is a bug.
  const std::string& text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;  // bytes for a size
  bool is_on(std::string_view name) const;
  Duration duration(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  // "--listen", "$TIDEMILL_LISTEN", "/etc/tidemill/tidemill.yaml:3", "default".
  const std::string& origin(std::string_view name) const;

  const std::string& file() const { return file_; }  // empty = there is none
  const Json& value(std::string_view name) const;

 private:
  struct Value {
    Json value;
    std::string origin;
  };
  std::map<std::string, Value, std::less<>> values_;
  std::string file_;
};

// One value as somebody wrote it; `folder` is what a relative path starts from. The error says what
// is wrong with it, without its place.
Result<Json> read_setting(const Setting& setting, const std::vector<std::string>& words,
                          const std::string& folder);

}  // namespace tidemill
