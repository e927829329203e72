#include "cli/client/wait.h"

#include "cli/client/fields.h"
#include "cli/client/follow.h"
#include "cli/exit_code.h"

namespace tidemill::client {

Result<std::optional<std::string>> wait_for_end(Api& api, std::int64_t run, WaitStyle style,
                                                Duration patience) {
  FollowOptions options;
  options.quiet = style == WaitStyle::silent;
  options.patience = patience;
  // What happens is for eyes; standard output is for the answer.
  options.fd = 2;
  return follow_run(api, run, options);
}

int exit_code_of_state(const std::string& state) {
  return state == "succeeded" || state == "partial" ? kExitOk : kExitRunFailed;
}

}  // namespace tidemill::client
