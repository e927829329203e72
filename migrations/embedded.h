// The migrations of this build, in order, compiled in from NNNN_name.sql. A released one never
// changes again: its checksum is stored in every database that it was applied to.
#pragma once

#include <span>
#include <string_view>

namespace tidemill {

struct Migration {
  int version = 0;  // 1, 2, 3 … without gaps
  std::string_view name;
  std::string_view sql;
};

std::span<const Migration> embedded_migrations();

}  // namespace tidemill
