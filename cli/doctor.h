// The single checks of `tidemill doctor`. Each looks at one thing and says what it found.
#pragma once

#include <string>
#include <vector>

#include "cli/settings.h"

namespace tidemill {

enum class Health { ok, warn, fail };

struct Diagnosis {
  std::string what;  // "disk"
  Health health = Health::ok;
  std::string found;
  std::string todo;  // empty when all is well
};

std::vector<Diagnosis> diagnose(const Settings& settings, const std::string& version);

std::string_view to_word(Health health);

}  // namespace tidemill
