// A JSON value that we own: objects keep the order of their keys, integers stay integers, and
// parsing is strict (depth 64, duplicate keys, lone surrogates and trailing text are refused).
// The library behind parse() is hidden in json.cc.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/result.h"

namespace tidemill {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  enum class Kind { null, boolean, integer, number, string, array, object };

  Json() = default;
  Json(std::nullptr_t) {}
  // Only for bool itself: a pointer must not become `true`.
  template <std::same_as<bool> Bool>
  Json(Bool value) : value_(value) {}
  Json(std::int64_t value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(unsigned value) : value_(std::int64_t{value}) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_bool() const { return kind() == Kind::boolean; }
  bool is_int() const { return kind() == Kind::integer; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_number() const { return kind() == Kind::integer || kind() == Kind::number; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }

  // Each requires the matching kind; as_double also takes an integer.
  bool as_bool() const { return get<bool>(); }
  std::int64_t as_int() const { return get<std::int64_t>(); }
  double as_double() const;
  const std::string& as_string() const { return get<std::string>(); }
  const Array& as_array() const { return get<Array>(); }
  const Object& as_object() const { return get<Object>(); }
  Array& array() { return get_mutable<Array>(); }
  Object& object() { return get_mutable<Object>(); }

  // The member of an object, or nullptr; nullptr as well when this is no object.
  const Json* find(std::string_view key) const;
  // Appends or replaces a member; turns null into an object first.
  void set(std::string_view key, Json value);

  // Numbers compare by value (1 == 1.0); objects compare without regard to order.
  bool operator==(const Json& other) const;

  // Compact, or indented by two spaces. Numbers are as short as they can be and still read back as
  // the same value; a double keeps a point or exponent ("1.0"), so it reads back as a double.
  // Invalid UTF-8 bytes become U+FFFD; NaN and infinities, which JSON cannot hold, become null.
  std::string dump(bool pretty = false) const;

 private:
  template <typename T>
  const T& get() const {
    const T* found = std::get_if<T>(&value_);
    CHECK(found != nullptr);
    return *found;
  }
  template <typename T>
  T& get_mutable() {
    T* found = std::get_if<T>(&value_);
    CHECK(found != nullptr);
    return *found;
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// Compares two numbers by value, exactly: 2^53 + 1 as an integer is more than 2^53 as a double.
// Requires is_number() of both; only NaN is unordered.
std::partial_ordering compare_numbers(const Json& a, const Json& b);

// The error names the byte offset. Numbers beyond 64-bit integers or doubles are refused: 2^63,
// 1e400, and 1e-400, which would become 0. "-0" is the integer 0, "-0.0" the double.
Result<Json> parse_json(std::string_view text);

// The shortest text that reads back as the same finite double: "1", "0.75", "1e+30". From 1e-6 up
// to 1e21 it has no exponent, and integers from 2^53 on have all of their digits.
std::string shortest(double value);

// Appends `text` as a JSON string, quotes included. Used on hot paths that build JSON by hand.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tidemill
