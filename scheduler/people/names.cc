#include "scheduler/people/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kMixed =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
constexpr std::size_t kMaxName = 64;
constexpr std::array<std::string_view, 4> kNobodys = {"system", "local", "anonymous", "schedule"};

bool consists_of(std::string_view name, std::string_view characters) {
  return !name.empty() && name.size() <= kMaxName &&
         name.find_first_not_of(characters) == std::string_view::npos;
}

Error bad_name(std::string_view what, std::string_view name, std::string_view rule) {
  return invalid(fmt::format("'{}' is no name for a {}: {}", printable(name, 80), what, rule));
}

}  // namespace

Status check_user_name(std::string_view name) {
  const bool fits = consists_of(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") &&
                    name[0] != '.' && name[0] != '-' && name[0] != '_';
  if (!fits) {
    return bad_name("user", name,
                    "use 1 to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first");
  }
  if (std::find(kNobodys.begin(), kNobodys.end(), name) == kNobodys.end()) return Ok{};
  return bad_name("user", name, "Tidemill uses it for itself");
}

Status check_token_name(std::string_view name) {
  if (consists_of(name, kMixed)) return Ok{};
  return bad_name("token", name, "use 1 to 64 letters, digits, '.', '_' and '-'");
}

Status check_secret_name(std::string_view name) {
  if (consists_of(name, kMixed) && name[0] != '.') return Ok{};
  return bad_name("secret", name,
                  "use 1 to 64 letters, digits, '.', '_' and '-', not beginning with '.'");
}

Status check_dag_name(std::string_view name) {
  const bool fits = consists_of(name, "abcdefghijklmnopqrstuvwxyz0123456789_") &&
                    kLower.find(name[0]) != std::string_view::npos;
  if (fits) return Ok{};
  return bad_name("dag", name, "use 1 to 64 of a-z, 0-9 and '_', a letter first");
}

}  // namespace tidemill
