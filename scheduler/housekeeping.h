// What the daemon does for its people by the clock: stores when sessions and tokens were last used,
// removes what has ended, and keeps the end of the audit chain in a file beside the database.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scheduler/chore.h"
#include "scheduler/mutation.h"
#include "scheduler/people/authenticator.h"

namespace tidemill {

struct Housekeeping {
  std::string data_dir;
  Readers& people;
  Authenticator& authenticator;
  std::function<void(Mutation)> mutate;              // of the scheduler
  std::function<void(const std::string&)> complain;  // what could not be done
};

// All of it must outlive the scheduler.
std::vector<Chore> housekeeping_chores(Housekeeping& house);

// What the file of the audit chain knows and the database does not: empty, or a sentence. Asked
// once, at the start: a database that was cut back or replaced by an older copy is found so.
Result<std::string> audit_was_cut(const std::string& data_dir, Readers& people);

}  // namespace tidemill
