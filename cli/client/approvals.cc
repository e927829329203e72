// Approvals: what waits for a person, and the answers.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/params.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

std::string form_text(const Json& approval) {
  std::string text;
  for (const Json& field : array_at(approval, "form")) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", text_at(field, "name"),
                        text_at(field, "type"));
  }
  return text.empty() ? "-" : text;
}

Result<Json> body_of(Api& api, const AnswerCommand& options, std::int64_t run) {
  Json body{Json::Object{}};
  if (!options.comment.empty()) body.set("comment", options.comment);
  if (options.fields.empty()) return body;
  const Json all = TRY(api.get("/approvals"));
  for (const Json& approval : array_at(all, "approvals")) {
    if (int_at(approval, "run") != run || text_at(approval, "task") != options.task) continue;
    Json form;
    form.set("name", options.task);
    form.set("params", Json(array_at(approval, "form")));
    body.set("fields", Json(TRY(typed_params(form, options.fields))));
    return body;
  }
  // The scheduler says what became of it.
  return body;
}

int answer(const AnswerCommand& options, const char* what, const char* did) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::int64_t run = TRY(api.find_run(options.run));
    const Json body = TRY(body_of(api, options, run));
    const Json done = TRY(
        api.post(path_of({"runs", std::to_string(run), "tasks", options.task, what}), body));
    return say(options, done, fmt::format("{} of run {} is {}", options.task, run, did));
  });
}

}  // namespace

int run_approvals(const ApprovalsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json all = TRY(api.get("/approvals"));
    if (options.json) return say(options, all, "");
    Table table({">run", "dag", "task", "since", "until", "role", "form", "prompt"});
    for (const Json& approval : array_at(all, "approvals")) {
      table.row({std::to_string(int_at(approval, "run")), text_at(approval, "dag"),
                 text_at(approval, "task"), moment_at(approval, "since"),
                 moment_at(approval, "gives_up_at"), text_at(approval, "role"), form_text(approval),
                 text_at(approval, "prompt")});
    }
    if (table.empty()) {
      fmt::print("nothing waits for an answer\n");
    } else {
      fmt::print("{}", table.text(probe_terminal(1)));
    }
    return static_cast<int>(kExitOk);
  });
}

int run_approve(const AnswerCommand& options) { return answer(options, "approve", "approved"); }

int run_reject(const AnswerCommand& options) { return answer(options, "reject", "rejected"); }

}  // namespace tidemill::client
