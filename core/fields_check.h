// Checks a tree against the table of fields (core/fields.h): unknown keys with a did-you-mean,
// kinds and shapes, words, bounds, durations, sizes, missing keys, and what is not supported yet.
#pragma once

#include "base/yaml.h"
#include "core/fields.h"
#include "core/finding_sink.h"

namespace tidemill {

// `where` is how people call this place: "tasks.train.retry"; empty for the top of the file.
void check_object(const YamlNode& node, const ObjectSpec& object, std::string_view where,
                  FindingSink& findings);

// A hint with the nearest of `candidates`, or the whole list when it is short; may be empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

// "a list", "a map", "nothing", or for a text what it says.
std::string describe(const YamlNode& node);

}  // namespace tidemill
