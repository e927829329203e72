// How values become bytes: little-endian numbers of fixed width, u32 counts before strings and
// lists, one byte before an optional. A struct is the sequence of its fields, in the one order that
// Fields<T> states, so that writing and reading cannot disagree.
//
// Reading never trusts a count: elements are read one by one and each needs bytes that are there.
// After the first fault `ok()` stays false and every further read is harmless.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace tidemill {

// Specialised beside the message types: `static constexpr auto list = std::tuple{&T::a, &T::b};`.
template <typename T>
struct Fields;

// How many words an enumeration has; a larger number on the wire is a fault.
template <typename E>
struct EnumCount;

class WireWriter {
 public:
  explicit WireWriter(std::string& out) : out_(out) {}

  template <typename T>
  void write(const T& value);

 private:
  template <std::unsigned_integral T>
  void number(T value) {
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    out_.append(bytes, sizeof(T));
  }

  void scalar(bool value) { number(static_cast<std::uint8_t>(value)); }
  template <std::integral T>
  void scalar(T value) {
    number(static_cast<std::make_unsigned_t<T>>(value));
  }
  void scalar(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    number(bits);
  }
  template <typename E>
  requires std::is_enum_v<E>
  void scalar(E value) { number(static_cast<std::uint8_t>(value)); }

  void item(const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }
  template <typename Tag>
  void item(const Id<Tag>& value) {
    scalar(value.value);
  }
  void item(const WallTime& value) { scalar(value.us); }
  void item(const BootTime& value) { scalar(value.us); }
  void item(const Duration& value) { scalar(std::int64_t{value.count()}); }
  template <typename A, typename B>
  void item(const std::pair<A, B>& value) {
    write(value.first);
    write(value.second);
  }
  template <typename T>
  void item(const std::vector<T>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) write(value);
  }
  template <typename T>
  void item(const std::optional<T>& value) {
    scalar(value.has_value());
    if (value) write(*value);
  }
  template <typename T>
  requires requires { Fields<T>::list; }
  void item(const T& value) {
    std::apply([&](auto... field) { (write(value.*field), ...); }, Fields<T>::list);
  }

  std::string& out_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // True while everything read so far was there and in range.
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  template <typename T>
  void read(T& value);

 private:
  template <std::unsigned_integral T>
  T number() {
    if (rest_.size() < sizeof(T)) return fail<T>();
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value |
                             (static_cast<T>(static_cast<unsigned char>(rest_[i])) << (8 * i)));
    }
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  template <typename T>
  T fail() {
    ok_ = false;
    rest_ = {};
    return T{};
  }

  void scalar(bool& value) {
    const auto byte = number<std::uint8_t>();
    if (byte > 1) fail<int>();
    value = byte == 1;
  }
  template <std::integral T>
  void scalar(T& value) {
    value = static_cast<T>(number<std::make_unsigned_t<T>>());
  }
  void scalar(double& value) {
    const auto bits = number<std::uint64_t>();
    std::memcpy(&value, &bits, sizeof value);
  }
  template <typename E>
  requires std::is_enum_v<E>
  void scalar(E& value) {
    const auto word = number<std::uint8_t>();
    if (word >= EnumCount<E>::value) {
      fail<int>();
      return;
    }
    value = static_cast<E>(word);
  }

  void item(std::string& value) {
    const auto size = number<std::uint32_t>();
    if (size > rest_.size()) {
      fail<int>();
      return;
    }
    value.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <typename Tag>
  void item(Id<Tag>& value) {
    scalar(value.value);
  }
  void item(WallTime& value) { scalar(value.us); }
  void item(BootTime& value) { scalar(value.us); }
  void item(Duration& value) {
    std::int64_t us = 0;
    scalar(us);
    value = Duration(us);
  }
  template <typename A, typename B>
  void item(std::pair<A, B>& value) {
    read(value.first);
    read(value.second);
  }
  template <typename T>
  void item(std::vector<T>& values) {
    const auto count = number<std::uint32_t>();
    values.clear();
    if (count > rest_.size()) fail<int>();
    for (std::uint32_t i = 0; i < count && ok_; ++i) read(values.emplace_back());
  }
  template <typename T>
  void item(std::optional<T>& value) {
    bool present = false;
    scalar(present);
    value.reset();
    if (present && ok_) read(value.emplace());
  }
  template <typename T>
  requires requires { Fields<T>::list; }
  void item(T& value) {
    std::apply([&](auto... field) { (read(value.*field), ...); }, Fields<T>::list);
  }

  std::string_view rest_;
  bool ok_ = true;
};

template <typename T>
void WireWriter::write(const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    scalar(value);
  } else {
    item(value);
  }
}

template <typename T>
void WireReader::read(T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    scalar(value);
  } else {
    item(value);
  }
}

}  // namespace tidemill
