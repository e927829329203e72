#include "scheduler/api/on_call_shapes.h"

namespace tidemill::api {

std::vector<Shape> on_call_shapes() {
  return {
      {"SilenceList", {"silences [Silence]"}},
      {"Silence",
       {"silence integer", "kind silence|maintenance", "state waiting|active|over", "dag string",
        "task string", "cause string", "severities [string]", "owner string", "reason string",
        "starts_at time", "ends_at time", "created_at time", "ended_at time?", "ended_by string?"}},
      {"NewSilence",
       {"~kind silence|maintenance", "dag string", "~task string", "~cause string",
        "~severities [string]", "reason string", "~starts_at time?", "ends_at time"}},
      {"SilenceMade", {"silence integer", "alerts [object]"}},
      {"OnCallList", {"rotations [OnCall]"}},
      {"OnCall",
       {"rotation string", "zone string", "now [string]", "next OnCallShift?",
        "overrides [OnCallOverride]"}},
      {"OnCallShift", {"users [string]", "from time"}},
      {"OnCallOverride",
       {"override integer", "rotation string", "users [string]", "from time", "until time",
        "reason string", "by string", "created_at time"}},
      {"NewOverride", {"users [string]", "~from time?", "until time", "~reason string"}},
      {"OverrideList", {"overrides [OnCallOverride]"}},
      {"OverrideMade", {"override integer", "oncall string"}},
  };
}

}  // namespace tidemill::api
