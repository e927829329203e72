// Secrets and the audit log.
#include <fmt/format.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/stdin_text.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxValueBytes = 64u << 10;

Result<std::string> value_of(const SecretCommand& options) {
  std::string value;
  if (options.file.empty() || options.file == "-") {
    value = TRY(read_hidden("Value of " + options.secret, kMaxValueBytes));
  } else {
    value = TRY(read_file(options.file, kMaxValueBytes));
    if (value.ends_with('\n')) value.pop_back();
  }
  if (value.empty()) return invalid("the value is empty; `tidemill secrets remove` removes one");
  if (find_invalid_utf8(value)) return invalid("the value is not UTF-8; encode it, as base64 does");
  return value;
}

}  // namespace

int run_secrets(const SecretsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/secrets"));
    if (options.json) return say(options, answer, "");
    Table table({"secret", "set at", "by"});
    for (const Json& secret : array_at(answer, "secrets")) {
      table.row({text_at(secret, "secret"), moment_at(secret, "updated_at"),
                 text_at(secret, "updated_by")});
    }
    fmt::print("{}", table.empty() ? "there are no secrets\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_secret_set(const SecretCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("value", TRY(value_of(options)));
    const Json done = TRY(api.put(path_of({"secrets", options.secret}), body));
    return say(options, done, options.secret + " is set");
  });
}

int run_secret_remove(const SecretCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json done = TRY(api.remove(path_of({"secrets", options.secret})));
    return say(options, done, options.secret + " is gone");
  });
}

int run_audit(const AuditCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(
        api.get("/audit" + query_of({{"who", options.who},
                                     {"action", options.action},
                                     {"object", options.object},
                                     {"dag", options.dag},
                                     {"limit", std::to_string(options.limit)}})));
    if (options.json) return say(options, answer, "");
    Table table({">entry", "at", "who", "via", "action", "object", "outcome", "detail"});
    for (const Json& entry : array_at(answer, "entries")) {
      const std::string detail = object_at(entry, "detail").dump();
      table.row({std::to_string(int_at(entry, "seq")), moment_at(entry, "at"),
                 text_at(entry, "who"), text_at(entry, "via"), text_at(entry, "action"),
                 text_at(entry, "object"), text_at(entry, "outcome"),
                 detail == "{}" || detail == "null" ? "" : detail});
    }
    fmt::print("{}", table.empty() ? "no entries match\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_audit_verify(const AuditCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json verdict = TRY(api.get("/audit/verify"));
    const bool whole = flag_at(verdict, "whole");
    say(options, verdict,
        whole ? fmt::format("whole: {} chained entries", int_at(verdict, "rows"))
              : fmt::format("BROKEN at entry {}: {}", int_at(verdict, "first_broken"),
                            printable(text_at(verdict, "what"), 400)));
    return static_cast<int>(whole ? kExitOk : kExitFailed);
  });
}

}  // namespace tidemill::client
