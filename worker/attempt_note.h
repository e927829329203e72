// What the agent must know of an attempt to report it even after it was killed itself: sent to the
// supervisor with Spawn, journalled there, and returned with the inventory and the exit record.
// Never holds secrets or environment: of secrets only that there are some.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "core/dag.h"
#include "protocol/messages.h"

namespace tidemill {

struct AttemptNote {
  RunId run;
  TaskIndex task_index = 0;
  std::int64_t workspace = 0;   // number of its folder
  std::int64_t checkpoint = 0;  // number of its checkpoint folder
  std::vector<std::string> outputs, metrics;
  std::vector<ArtifactSpec> artifacts;
  bool has_secrets = false;
  std::vector<ExpectRule> expect = {};
};

std::string encode_note(const AttemptNote& note);
std::optional<AttemptNote> decode_note(const std::string& text);

}  // namespace tidemill
