// What people, tokens, dags and secrets may be called. Errors say what is allowed.
#pragma once

#include <string_view>

#include "base/result.h"

namespace tidemill {

// [a-z0-9._-], 1 to 64, beginning with a letter or digit; not a name that audit entries use for
// somebody who is no user.
Status check_user_name(std::string_view name);
// [A-Za-z0-9._-], 1 to 64.
Status check_token_name(std::string_view name);
// [A-Za-z0-9._-], 1 to 64, not beginning with a dot.
Status check_secret_name(std::string_view name);
Status check_dag_name(std::string_view name);  // [a-z][a-z0-9_]{0,63}

}  // namespace tidemill
