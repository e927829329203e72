// An enumeration and its words: the n-th word is that of the n-th value.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/check.h"

namespace tidemill {

template <typename E, std::size_t N>
std::string_view word_in(const std::array<std::string_view, N>& words, E value) {
  const auto index = static_cast<std::size_t>(value);
  CHECK(index < N);
  return words[index];
}

template <typename E, std::size_t N>
std::optional<E> value_in(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace tidemill
