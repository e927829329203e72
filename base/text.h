// Small text functions that several layers need: spelling suggestions, numbers, UTF-8.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// The candidate nearest to `word` by Damerau-Levenshtein distance (case ignored), when it is near
// enough to be what was meant (at most one third of the length, at least 1); otherwise nullopt. Of
// equally near ones the first wins.
std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates);

// Whole-text conversions: no sign but '-', no spaces, no hex, nothing left over, no overflow.
std::optional<std::int64_t> to_int(std::string_view text);
// Finite decimal numbers only ("1e400", "nan", "inf", and "1e-400", which would become 0, are
// refused).
std::optional<double> to_double(std::string_view text);

// Byte offset of the first byte that is not valid UTF-8 (overlong forms and surrogates included).
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// Bytes of the valid UTF-8 sequence that `text` begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view text);
// Each byte that is not valid UTF-8 counts as one.
std::size_t count_code_points(std::string_view text);

// The pieces between separators; an empty text is one empty piece. They live in the text, so it
// must not be a temporary.
std::vector<std::string_view> split(std::string_view text, char separator);
template <std::same_as<std::string> Text>
void split(Text&& text, char separator) = delete;
// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
char to_lower_ascii(char c);
std::string to_lower_ascii(std::string_view text);

// Whether the whole text fits the pattern: `*` is any characters, `?` is one; all else is itself.
bool glob_matches(std::string_view pattern, std::string_view text);

// "3 tasks", "1 task", "0 retries".
std::string plural(std::int64_t count, std::string_view noun);

// Text for a terminal or an error line: control characters, escapes and bidi controls shown as \xNN
// or U+NNNN, cut to `max_bytes` with an ellipsis.
std::string printable(std::string_view text, std::size_t max_bytes = 200);

// "512 B", "2 KiB", "1.5 GiB".
std::string format_bytes(std::uint64_t bytes);

// "512MiB", "2GiB", "100KiB", "10MB" or plain bytes "4096": whole numbers, up to TiB/TB.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace tidemill
