// One thing a check has to say about a file: which rule, where, what, and what to do instead.
// Rule ids are stable for ever (docs/rules.md lists them); a finding never names two mistakes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace tidemill {

enum class Severity { error, warning, note };

std::string_view to_word(Severity severity);

struct Finding {
  std::string rule;  // "TM021"
  Severity severity = Severity::error;
  Mark mark;            // where it starts; line 0 = the file as a whole
  std::string message;  // one sentence: what is wrong, with the value that was read
  std::string hint;     // what to write instead, "did you mean 'x'?"; may be empty
};

bool has_errors(const std::vector<Finding>& findings);

}  // namespace tidemill
