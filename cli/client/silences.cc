// What is not told for a while.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/on_call.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

// "etl", "etl/train", "etl/* (oom, warning)".
std::string scope_of(const Json& silence) {
  std::string scope = text_at(silence, "dag");
  if (text_at(silence, "task") != "*") scope += "/" + text_at(silence, "task");
  std::string more = text_at(silence, "cause") == "*" ? "" : text_at(silence, "cause");
  const std::string severities = list_at(silence, "severities");
  if (!more.empty() && !severities.empty()) more += ", ";
  more += severities;
  return more.empty() ? scope : fmt::format("{} ({})", scope, more);
}

Result<Json> body_of(const SilenceCommand& options, WallTime now) {
  Json body;
  body.set("kind", options.maintenance ? "maintenance" : "silence");
  body.set("dag", options.dag);
  if (!options.task.empty()) body.set("task", options.task);
  if (!options.cause.empty()) body.set("cause", options.cause);
  if (!options.severities.empty()) {
    body.set("severities", Json::Array(options.severities.begin(), options.severities.end()));
  }
  body.set("reason", options.reason);
  WallTime from = now;
  if (!options.from.empty()) {
    from = TRY(parse_later("--from", options.from, now));
    body.set("starts_at", format_rfc3339(from));
  }
  // A duration is that of the silence, whenever it begins.
  body.set("ends_at", format_rfc3339(TRY(parse_later("--for", options.until, from))));
  return body;
}

}  // namespace

int run_silences(const SilencesCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get(
        "/silences" +
        query_of({{"state", options.all ? "all" : ""}, {"limit", std::to_string(options.limit)}})));
    if (options.json) return say(options, answer, "");
    Table table({">silence", "state", "about", "from", "until", "owner", "reason"});
    for (const Json& one : array_at(answer, "silences")) {
      const std::string kind = text_at(one, "kind") == "silence" ? "" : " maintenance";
      table.row({std::to_string(int_at(one, "silence")), text_at(one, "state") + kind,
                 scope_of(one), moment_at(one, "starts_at"), moment_at(one, "ends_at"),
                 text_at(one, "owner"), text_at(one, "reason")});
    }
    fmt::print("{}", table.empty() ? "nothing is silenced\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_silence_add(const SilenceCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json body = TRY(body_of(options, system_now().wall));
    const Json made = TRY(api.post("/silences", body));
    return say(options, made,
               fmt::format("silence {} holds until {}", int_at(made, "silence"),
                           text_at(body, "ends_at")));
  });
}

int run_silence_end(const SilenceCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json done = TRY(api.post(path_of({"silences", options.id, "end"}), Json(Json::Object{})));
    return say(options, done, fmt::format("silence {} is over", printable(options.id, 40)));
  });
}

}  // namespace tidemill::client
