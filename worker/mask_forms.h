// The spellings in which a secret commonly appears in a log: as it is, each of its lines, base64
// (at all three alignments, so that it is found inside a longer text such as "user:secret", and in
// the URL alphabet), percent-encoded, JSON-escaped and hexadecimal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// Shorter ones would blot out half of every log; they are not masked.
inline constexpr std::size_t kShortestMask = 3;

std::vector<std::string> mask_forms(std::string_view secret);

}  // namespace tidemill
