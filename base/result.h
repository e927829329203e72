// Result<T> is a value or an Error: the way every outside failure and every bad input travels.
// An Error has a code (what the edge turns into an exit code or HTTP status) and one sentence for a
// person: what failed, where, and what to do. Context is added once per layer with `context()`.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace tidemill {

enum class ErrorCode {
  invalid,      // the caller's input is wrong
  not_found,    // the named thing does not exist
  conflict,     // the thing exists but its state forbids this
  unavailable,  // an outside resource failed for now: file, socket, disk
  corrupt,      // stored data contradicts itself; nothing was changed
  unsupported,  // known, but not in this version
};

struct Error {
  ErrorCode code = ErrorCode::invalid;
  std::string message;

  Error context(const std::string& what) const { return {code, what + ": " + message}; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value.
struct Ok {};
using Status = Result<Ok>;

inline Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }
inline Error not_found(std::string message) { return {ErrorCode::not_found, std::move(message)}; }
inline Error conflict(std::string message) { return {ErrorCode::conflict, std::move(message)}; }
inline Error unavailable(std::string message) {
  return {ErrorCode::unavailable, std::move(message)};
}
inline Error corrupt(std::string message) { return {ErrorCode::corrupt, std::move(message)}; }

// "<what>: <strerror(errno)>"; call it right after the failed call.
Error errno_error(const std::string& what);

}  // namespace tidemill

// TRY(expr) yields the value or returns the error from the enclosing function. One per statement.
#define TRY(...)                                       \
  __extension__({                                      \
    auto try_result_ = (__VA_ARGS__);                  \
    if (!try_result_.ok()) return try_result_.error(); \
    std::move(try_result_).value();                    \
  })
