#include "base/json.h"

#include <algorithm>
#include <cmath>

namespace tidemill {

namespace {

std::vector<const Json::Member*> by_key(const Json::Object& object) {
  std::vector<const Json::Member*> members;
  members.reserve(object.size());
  for (const Json::Member& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  return members;
}

bool same_members(const Json::Object& a, const Json::Object& b) {
  if (a.size() != b.size()) return false;
  const auto left = by_key(a);
  const auto right = by_key(b);
  return std::equal(left.begin(), left.end(), right.begin(),
                    [](const auto* x, const auto* y) { return *x == *y; });
}

std::partial_ordering compare_int_double(std::int64_t a, double b) {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kTwo63) return std::partial_ordering::less;
  if (b < -kTwo63) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  const auto as_int = static_cast<std::int64_t>(whole);
  if (a != as_int) return a <=> as_int;
  return whole <=> b;
}

}  // namespace

double Json::as_double() const {
  if (is_int()) return static_cast<double>(as_int());
  return get<double>();
}

const Json* Json::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const Member& member : as_object()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

void Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  for (Member& member : object()) {
    if (member.first != key) continue;
    member.second = std::move(value);
    return;
  }
  object().emplace_back(std::string(key), std::move(value));
}

std::partial_ordering compare_numbers(const Json& a, const Json& b) {
  if (a.is_int() && b.is_int()) return a.as_int() <=> b.as_int();
  if (a.is_int()) return compare_int_double(a.as_int(), b.as_double());
  if (b.is_int()) return 0 <=> compare_int_double(b.as_int(), a.as_double());
  return a.as_double() <=> b.as_double();
}

bool Json::operator==(const Json& other) const {
  if (is_number() && other.is_number()) return compare_numbers(*this, other) == 0;
  if (kind() != other.kind()) return false;
  if (is_object()) return same_members(as_object(), other.as_object());
  return value_ == other.value_;
}

}  // namespace tidemill
