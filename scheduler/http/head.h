// A request head as Beast reads it, after head_gate.h has let it pass.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidemill::http {

struct Head {
  std::string method;  // as sent
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, values trimmed
};

Result<Head> parse_head(std::string_view head);

}  // namespace tidemill::http
