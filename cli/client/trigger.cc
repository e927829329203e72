// `trigger` and `cancel`.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/params.h"
#include "cli/client/session.h"
#include "cli/client/wait.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

Result<Json> trigger_body(Api& api, const TriggerCommand& options) {
  const Json dag = TRY(api.get(path_of({"dags", options.dag})));
  Json::Object params;
  if (!options.params_from.empty()) params = TRY(params_from_file(options.params_from));
  if (!options.params.empty()) {
    for (auto& [name, value] : TRY(typed_params(object_at(dag, "definition"), options.params))) {
      for (const auto& [other, ignored] : params) {
        if (other == name) return invalid(fmt::format("{} is given twice", printable(name, 80)));
      }
      params.emplace_back(name, std::move(value));
    }
  }
  Json body{Json::Object{}};
  if (!params.empty()) body.set("params", Json(std::move(params)));
  return body;
}

Result<Duration> patience_of(const TriggerCommand& options) {
  if (options.timeout.empty()) return Duration(0);
  auto patience = parse_duration(options.timeout);
  if (!patience.ok()) return patience.error().context("--timeout");
  return patience;
}

Result<int> see_to_end(Api& api, const TriggerCommand& options, const Json& made) {
  const std::int64_t run = int_at(made, "run");
  const auto style = options.follow ? WaitStyle::telling : WaitStyle::silent;
  const Duration patience = TRY(patience_of(options));
  const auto state = TRY(wait_for_end(api, run, style, patience));
  if (!state) {
    fmt::print(stderr, "tidemill: run {} goes on; waited {} for it\n", run, options.timeout);
    return static_cast<int>(kExitTimedOut);
  }
  const Json end = TRY(api.get(path_of({"runs", std::to_string(run)})));
  const std::string reason = text_at(end, "reason");
  say(options, end,
      fmt::format("run {} of {} {} in {}{}", run, options.dag, *state,
                  duration_at(end, "duration_ms"),
                  reason.empty() ? "" : ": " + printable(reason, 400)));
  return exit_code_of_state(*state);
}

}  // namespace

int run_trigger(const TriggerCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    TRY(patience_of(options));
    const Json body = TRY(trigger_body(api, options));
    const Json made = TRY(api.post(path_of({"dags", options.dag, "runs"}), body, options.key));
    const bool waits = options.wait || options.follow || !options.timeout.empty();
    const std::string sentence = fmt::format(
        "run {} of {} {}", int_at(made, "run"), options.dag,
        flag_at(made, "repeated") ? "was started before with this key" : "started");
    if (!waits) return say(options, made, sentence);
    fmt::print(stderr, "{}\n", sentence);
    return see_to_end(api, options, made);
  });
}

int run_cancel(const CancelCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::int64_t run = TRY(api.find_run(options.run));
    Json body{Json::Object{}};
    if (!options.reason.empty()) body.set("reason", options.reason);
    if (options.force) body.set("force", true);
    const Json done = TRY(api.post(path_of({"runs", std::to_string(run), "cancel"}), body));
    return say(options, done,
               options.force
                   ? fmt::format("run {} is being killed", run)
                   : fmt::format("run {} is being cancelled; its tasks get their grace", run));
  });
}

}  // namespace tidemill::client
