// `workers` and what is below it.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

std::string attempts_of(const Json& worker) {
  std::string out;
  for (const Json& attempt : array_at(worker, "attempts")) {
    if (out.size() > 60) return out + ", …";
    out += fmt::format("{}{} (run {})", out.empty() ? "" : ", ",
                       printable(text_at(attempt, "task")), int_at(attempt, "run"));
  }
  return out;
}

Style style_of(const std::string& state) {
  if (state == "connected") return Style::green;
  return state == "lost" ? Style::red : Style::yellow;
}

int decide(const WorkerWish& options, const char* what) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body{Json::Object{}};
    if (!options.reason.empty()) body.set("reason", options.reason);
    const Json done = TRY(api.post(path_of({"workers", options.worker, what}), body));
    return say(options, done,
               fmt::format("worker {}: {}", options.worker, printable(text_at(done, "done"))));
  });
}

Result<int> list_tokens(const WorkerTokens& options, Api& api) {
  const Json answer = TRY(api.get("/worker-tokens"));
  if (options.json) return say(options, answer, "");
  Table table({"worker", "begins", "state", "created", "by", "revoked"});
  for (const Json& token : array_at(answer, "tokens")) {
    const std::string state = text_at(token, "state");
    table.row({text_at(token, "worker"),
               text_at(token, "prefix"),
               {state, style_of_state(state)},
               moment_at(token, "created_at"),
               text_at(token, "created_by"),
               moment_at(token, "revoked_at")});
  }
  fmt::print("{}", table.empty() ? "no worker of another machine may come in\n"
                                 : table.text(probe_terminal(1)));
  return static_cast<int>(kExitOk);
}

Result<int> create_token(const WorkerTokens& options, Api& api) {
  Json body;
  body.set("worker", options.worker);
  const Json made = TRY(api.post("/worker-tokens", body));
  if (!options.json) {
    fmt::print(stderr,
               "Whoever has it is worker {}. It is shown only now; put it into a file of mode 0600 "
               "there:\n",
               options.worker);
  }
  return say(options, made, text_at(made, "secret"));
}

Result<int> revoke_token(const WorkerTokens& options, Api& api) {
  const Json done = TRY(api.remove(path_of({"worker-tokens", options.worker})));
  return say(options, done,
             fmt::format("worker {} is cut off and cannot come back with that token; what it runs "
                         "ends with its lease",
                         options.worker));
}

}  // namespace

int run_workers(const WorkersCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/workers"));
    if (options.json) return say(options, answer, "");
    Table table({"worker", "state", "since", ">running", ">slots", "labels", "version", "runs"});
    for (const Json& worker : array_at(answer, "workers")) {
      const std::string state = text_at(worker, "state");
      const bool drains = flag_at(worker, "draining") && state != "draining";
      table.row({text_at(worker, "worker"),
                 {drains ? state + ", draining" : state, style_of(state)},
                 moment_at(worker, "since"),
                 std::to_string(int_at(worker, "running")),
                 std::to_string(int_at(worker, "slots")),
                 list_at(worker, "labels"),
                 text_at(worker, "version"),
                 attempts_of(worker)});
    }
    fmt::print("{}", table.empty() ? "no worker has ever come\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_worker_drain(const WorkerWish& options) { return decide(options, "drain"); }
int run_worker_undrain(const WorkerWish& options) { return decide(options, "undrain"); }
int run_worker_give_up(const WorkerWish& options) { return decide(options, "give-up"); }

int run_worker_tokens(const WorkerTokens& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const bool is_list = options.action == "list";
    if (is_list != options.worker.empty()) {
      return invalid(is_list ? "list takes no name: it shows the tokens of all workers"
                             : "say whose token: tidemill workers tokens " + options.action +
                                   " WORKER");
    }
    if (is_list) return list_tokens(options, api);
    return options.action == "create" ? create_token(options, api) : revoke_token(options, api);
  });
}

}  // namespace tidemill::client
