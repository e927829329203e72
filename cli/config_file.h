// The configuration file: YAML with the names of cli/settings.h, sections as maps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/settings.h"

namespace tidemill {

// One value of the file, before it is checked.
struct FileEntry {
  const Setting* setting = nullptr;
  std::vector<std::string> words;
  int line = 0;
};

// What is wrong is appended to `mistakes`, one sentence with its place each; what is right is
// returned all the same.
std::vector<FileEntry> parse_config(const std::string& text, const std::string& path,
                                    std::vector<std::string>& mistakes);

}  // namespace tidemill
