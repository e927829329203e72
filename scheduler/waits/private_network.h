// Which addresses the scheduler asks on behalf of a DAG's author (S9): none of its own machine, of
// private networks or of the services that clouds put beside a machine, unless the operator says
// so.
#pragma once

#include <string>
#include <vector>

#include "scheduler/people/address.h"

namespace tidemill {

// Why not; empty = it may be asked. `allowed`: what the operator lets through.
std::string refuse_address(const std::string& address, const std::vector<AddressRange>& allowed);

}  // namespace tidemill
