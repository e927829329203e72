#include "cli/client/bulk_retry.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

constexpr std::array<std::string_view, 6> kKeys = {"dag",   "task",  "state",
                                                   "cause", "since", "until"};

Error unknown_key(std::string_view key) {
  const auto near = nearest(key, kKeys);
  return invalid(fmt::format("--where: there is no `{}` to choose by{}", printable(key, 60),
                             near ? fmt::format("; did you mean {}=?", *near)
                                  : "; known are dag, task, state, cause, since and until"));
}

// A time, a date, or how long ago.
Result<std::string> past_moment(const std::string& key, const std::string& text) {
  const std::string option = "--where " + key;
  const auto ago = parse_duration(text);
  if (ago.ok()) return format_rfc3339(system_now().wall - *ago);
  return format_rfc3339(TRY(parse_moment(option, text)));
}

Result<Json> where_of(const std::vector<std::string>& pairs) {
  Json where = Json(Json::Object());
  for (const std::string& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return invalid("--where takes KEY=VALUE, as in dag=etl");
    const std::string key = pair.substr(0, equals);
    const std::string value = pair.substr(equals + 1);
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) return unknown_key(key);
    const std::string member = key == "since" ? "from" : key;
    if (where.find(member) != nullptr) return invalid("--where: " + key + " is given twice");
    if (value.empty()) return invalid("--where: " + key + " has no value");
    const bool is_time = key == "since" || key == "until";
    where.set(member, is_time ? TRY(past_moment(key, value)) : value);
  }
  return where;
}

void print_retries(const Json& plan, FILE* out) {
  Table table({">run", "dag", "was", "ended", "tasks", "reason"});
  for (const Json& run : array_at(plan, "runs")) {
    const std::string was = text_at(run, "was");
    table.row({std::to_string(int_at(run, "run")) + (flag_at(run, "canary") ? " canary" : ""),
               text_at(run, "dag"),
               {was, style_of_state(was)},
               moment_at(run, "ended_at"),
               list_at(run, "tasks"),
               text_at(run, "reason")});
  }
  if (!table.empty()) fmt::print(out, "{}", table.text(probe_terminal(out == stdout ? 1 : 2)));
  for (const Json& run : array_at(plan, "skipped")) {
    fmt::print(out, "not retried: run {} of {}: {}\n", int_at(run, "run"),
               printable(text_at(run, "dag")), printable(text_at(run, "reason"), 1000));
  }
  fmt::print(out, "{}\n", printable(text_at(plan, "words"), 1000));
}

Result<Json> body_of(const RetryCommand& options) {
  if (!options.run.empty() || !options.tasks.empty()) {
    return invalid("name a run, or many by --where, not both; a task is --where task=NAME");
  }
  Json body;
  body.set("where", TRY(where_of(options.where)));
  body.set("canary", options.canary);
  body.set("max_parallel", options.max_parallel);
  body.set("max_failures", options.max_failures);
  if (!options.reason.empty()) body.set("reason", options.reason);
  return body;
}

Result<int> list_retries(Api& api, const RetriesCommand& options) {
  const Json answer = TRY(
      api.get("/bulk_retries" + query_of({{"limit", std::to_string(options.limit)}})));
  if (options.json) return say(options, answer, "");
  Table table({">retry", "state", "by", "begun", "progress", "note"});
  for (const Json& row : array_at(answer, "retries")) {
    const std::string state = text_at(row, "state");
    table.row({std::to_string(int_at(row, "retry")),
               {state, state == "stopped" ? Style::red : style_of_state(state)},
               text_at(row, "created_by"),
               moment_at(row, "created_at"),
               text_at(row, "progress"),
               text_at(row, "note")});
  }
  fmt::print("{}",
             table.empty() ? "there are no retries of many runs\n" : table.text(probe_terminal(1)));
  return static_cast<int>(kExitOk);
}

Result<int> cancel_retry(Api& api, const RetriesCommand& options) {
  Json body;
  body.set("cancel_runs", options.cancel_runs);
  if (!options.reason.empty()) body.set("reason", options.reason);
  const Json done = TRY(api.post(path_of({"bulk_retries", options.retry, "cancel"}), body));
  return say(options, done,
             fmt::format("retry {} is cancelled; runs of it that go on {}", options.retry,
                         options.cancel_runs ? "are cancelled too" : "are left alone"));
}

void print_retry(const Json& row) {
  fmt::print("retry {} is {}: {}\n", int_at(row, "retry"), text_at(row, "state"),
             printable(text_at(row, "progress"), 1000));
  if (has_value(row, "note")) fmt::print("{}\n", printable(text_at(row, "note"), 1000));
  Table table({">run", "dag", "was", "state", "is now", "note"});
  for (const Json& run : array_at(row, "runs")) {
    const std::string was = text_at(run, "was"), now = text_at(run, "run_state");
    table.row({std::to_string(int_at(run, "run")) + (flag_at(run, "canary") ? " canary" : ""),
               text_at(run, "dag"),
               {was, style_of_state(was)},
               text_at(run, "state"),
               {now, style_of_state(now)},
               text_at(run, "note")});
  }
  fmt::print("{}", table.text(probe_terminal(1)));
}

}  // namespace

Result<int> retry_many(Api& api, const RetryCommand& options) {
  Json body = TRY(body_of(options));
  body.set("dry_run", true);
  const Json plan = TRY(api.post("/bulk_retries", body));
  if (options.dry_run) {
    if (options.json) return say(options, plan, "");
    print_retries(plan, stdout);
    return static_cast<int>(kExitOk);
  }
  const auto count = std::ssize(array_at(plan, "runs"));
  if (!options.yes && count > 0) {
    print_retries(plan, stderr);
    if (!TRY(confirm(fmt::format("retry {}?", plural(count, "run"))))) {
      fmt::print(stderr, "nothing was changed\n");
      return static_cast<int>(kExitFailed);
    }
  }
  body.set("dry_run", false);
  body.set("preview", text_at(plan, "preview"));
  const Json made = TRY(api.post("/bulk_retries", body));
  const std::int64_t id = int_at(made, "retry");
  return say(options, made,
             fmt::format("retry {}: {}; `tidemill retries {}` shows how far it is", id,
                         printable(text_at(made, "words"), 1000), id));
}

int run_retries(const RetriesCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.retry.empty() && (options.cancel || options.cancel_runs)) {
      return invalid("--cancel: name the retry to cancel");
    }
    if (options.retry.empty()) return list_retries(api, options);
    if (options.cancel) return cancel_retry(api, options);
    const Json row = TRY(api.get(path_of({"bulk_retries", options.retry})));
    if (options.json) return say(options, row, "");
    print_retry(row);
    return static_cast<int>(kExitOk);
  });
}

}  // namespace tidemill::client
