// The file of alerts with the overrides that people made beside it.
#pragma once

#include "core/alert/policies_parser.h"
#include "scheduler/storage/oncall_rows.h"

namespace tidemill {

// The same value when there are none that end after `now`; null stays null.
Result<PoliciesPtr> with_overrides(Database& database, PoliciesPtr policies, WallTime now);

}  // namespace tidemill
