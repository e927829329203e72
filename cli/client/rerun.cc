// `rerun`: a new run of what ran before, and what would be different.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/params.h"
#include "cli/client/session.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

void print_list(const char* head, const std::string& items) {
  if (!items.empty()) fmt::print("  {:<9}{}\n", head, printable(items, 2000));
}

void print_difference(const Json& diff) {
  print_list("added", list_at(diff, "added"));
  print_list("removed", list_at(diff, "removed"));
  for (const Json& task : array_at(diff, "changed"))
    print_list("changed", fmt::format("{}: {}", text_at(task, "task"), list_at(task, "fields")));
  print_list("dag", list_at(diff, "fields"));
  for (const Json& param : array_at(diff, "params"))
    print_list("param", fmt::format("{}: {} instead of {}", text_at(param, "param"),
                                    as_text(object_at(param, "after")),
                                    as_text(object_at(param, "before"))));
}

Result<Json> rerun_body(Api& api, const RerunCommand& options, std::int64_t run) {
  Json body;
  body.set("version", options.latest ? "latest" : "same");
  body.set("from_failed", options.from_failed);
  body.set("dry_run", options.dry_run);
  if (options.params.empty()) return body;
  const Json old = TRY(api.get(path_of({"runs", std::to_string(run)})));
  const Json dag = TRY(api.get(path_of({"dags", text_at(old, "dag")})));
  auto params = TRY(typed_params(object_at(dag, "definition"), options.params));
  body.set("params", Json(std::move(params)));
  return body;
}

}  // namespace

int run_rerun(const RerunCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::int64_t run = TRY(api.find_run(options.run));
    const Json body = TRY(rerun_body(api, options, run));
    const Json made = TRY(api.post(path_of({"runs", std::to_string(run), "rerun"}), body));
    if (options.json) return say(options, made, "");
    fmt::print("{}\n", options.dry_run
                           ? fmt::format("a run like {} would differ in:", run)
                           : fmt::format("run {} is run {} again", int_at(made, "run"), run));
    print_difference(made);
    return static_cast<int>(kExitOk);
  });
}

}  // namespace tidemill::client
