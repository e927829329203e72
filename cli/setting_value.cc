// One value as somebody wrote it, checked by the kind of its setting.
#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "cli/settings.h"

namespace tidemill {
namespace {

Result<Json> read_integer(const Setting& setting, const std::string& word) {
  const auto number = to_int(word);
  if (number && *number >= setting.minimum && *number <= setting.maximum) return Json(*number);
  return invalid(fmt::format("{} is no whole number from {} to {}", printable(word),
                             setting.minimum, setting.maximum));
}

Result<Json> read_size(const std::string& word) {
  const auto bytes = parse_bytes(word);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (bytes && *bytes <= kMost) return Json(static_cast<std::int64_t>(*bytes));
  return invalid(printable(word) + " is no size, such as 512MiB or 2GiB");
}

Result<Json> read_boolean(const std::string& word) {
  if (word == "true" || word == "false") return Json(word == "true");
  return invalid(printable(word) + " is neither true nor false");
}

Result<Json> read_word(const Setting& setting, const std::string& word) {
  const auto known = split(setting.shape, '|');
  if (std::find(known.begin(), known.end(), word) != known.end()) return Json(word);
  const auto near = nearest(word, known);
  return invalid(fmt::format("{} is none of {}{}", printable(word), fmt::join(known, ", "),
                             near ? fmt::format("; did you mean {}?", *near) : ""));
}

Result<Json> read_path(const std::string& word, const std::string& folder) {
  std::error_code failed;
  const auto path = std::filesystem::absolute(std::filesystem::path(folder) / word, failed);
  if (failed) return unavailable(failed.message());
  return Json(path.lexically_normal().string());
}

Result<Json> read_one(const Setting& setting, const std::string& word, const std::string& folder) {
  if (word.empty()) return invalid("has no value");
  if (setting.check != nullptr) TRY(setting.check(word));
  switch (setting.kind) {
    case SettingKind::text:
      if (find_invalid_utf8(word)) return invalid(printable(word) + " is not UTF-8");
      return Json(word);
    case SettingKind::path:
      return read_path(word, folder);
    case SettingKind::integer:
      return read_integer(setting, word);
    case SettingKind::size:
      return read_size(word);
    case SettingKind::duration:
      TRY(parse_duration(word));
      return Json(word);
    case SettingKind::boolean:
      return read_boolean(word);
    case SettingKind::word:
      return read_word(setting, word);
  }
  UNREACHABLE();
}

}  // namespace

Result<Json> read_setting(const Setting& setting, const std::vector<std::string>& words,
                          const std::string& folder) {
  if (setting.count == Count::one) {
    if (words.size() != 1) return invalid("is one value, not a list");
    return read_one(setting, words.front(), folder);
  }
  Json::Array values;
  for (const std::string& word : words) values.push_back(TRY(read_one(setting, word, folder)));
  return Json(std::move(values));
}

}  // namespace tidemill
