// A short difference of two texts for people: the lines that went and the lines that came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// "- old" and "+ new" in the order of the texts, without context; a last line "… 7 more" stands for
// what is beyond `most`. Comments and empty lines count. Of regions longer than a few hundred lines
// everything counts as changed, so that it never takes long.
std::vector<std::string> line_diff(std::string_view before, std::string_view after,
                                   std::size_t most);

}  // namespace tidemill
