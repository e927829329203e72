// From the bytes of the file of alerts to a checked value. All findings are reported, not only the
// first; a value comes out only when none of them is an error.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/alert/policies.h"
#include "core/finding.h"

namespace tidemill {

using PoliciesPtr = std::shared_ptr<const AlertPolicies>;

struct ParsedPolicies {
  PoliciesPtr policies;           // null when a finding is an error
  std::vector<Finding> findings;  // in file order
};

// `zone` looks a time zone up (shell: load_zone). Never throws, never hangs.
ParsedPolicies parse_policies(std::string_view text,
                              const std::function<Result<ZonePtr>(std::string_view)>& zone);

}  // namespace tidemill
