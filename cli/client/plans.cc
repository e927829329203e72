// Backfills and freezes.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/params.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

Result<Json> backfill_body(Api& api, const BackfillCommand& options) {
  Json body;
  body.set("dag", options.dag);
  body.set("from", format_rfc3339(TRY(parse_moment("--from", options.from))));
  body.set("until", format_rfc3339(TRY(parse_moment("--until", options.until))));
  body.set("max_parallel", options.max_parallel);
  body.set("dry_run", options.dry_run);
  if (!options.schedule.empty()) body.set("schedule", options.schedule);
  if (!options.reprocess.empty()) body.set("reprocess", options.reprocess);
  if (!options.order.empty()) body.set("order", options.order);
  const Json dag = TRY(api.get(path_of({"dags", options.dag})));
  if (!options.params.empty()) {
    auto params = TRY(typed_params(object_at(dag, "definition"), options.params));
    body.set("params", Json(std::move(params)));
  }
  return body;
}

void print_slots(const Json& answer) {
  Table table({"instant", "state", ">run", "ended as", "reason"});
  for (const Json& slot : array_at(answer, "slots")) {
    std::string label = text_at(slot, "label");
    if (label.empty()) label = moment_at(slot, "instant");
    const std::string ended = text_at(slot, "run_state");
    table.row({label,
               text_at(slot, "state"),
               as_text(object_at(slot, "run")),
               {ended, style_of_state(ended)},
               text_at(slot, "reason")});
  }
  if (!table.empty()) fmt::print("{}", table.text(probe_terminal(1)));
}

Result<int> list_backfills(Api& api, const BackfillsCommand& options) {
  const Json answer = TRY(api.get(
      "/backfills" + query_of({{"dag", options.dag}, {"limit", std::to_string(options.limit)}})));
  if (options.json) return say(options, answer, "");
  Table table({">backfill", "dag", "state", "from", "until", "reprocess", "by", "reason"});
  for (const Json& row : array_at(answer, "backfills")) {
    const std::string state = text_at(row, "state");
    table.row({std::to_string(int_at(row, "backfill")),
               text_at(row, "dag"),
               {state, style_of_state(state)},
               moment_at(row, "from"),
               moment_at(row, "until"),
               text_at(row, "reprocess"),
               text_at(row, "created_by"),
               text_at(row, "reason")});
  }
  fmt::print("{}", table.empty() ? "there are no backfills\n" : table.text(probe_terminal(1)));
  return static_cast<int>(kExitOk);
}

Result<int> cancel_backfill(Api& api, const BackfillsCommand& options) {
  Json body;
  body.set("cancel_runs", options.cancel_runs);
  if (!options.reason.empty()) body.set("reason", options.reason);
  const Json done = TRY(api.post(path_of({"backfills", options.backfill, "cancel"}), body));
  return say(options, done,
             fmt::format("backfill {} is cancelled; its runs {}", options.backfill,
                         options.cancel_runs ? "are cancelled too" : "go on"));
}

bool holds(const Json& freeze, WallTime now) {
  const WallTime until = time_at(freeze, "until");
  return !has_value(freeze, "lifted_at") && (until.us == 0 || until > now);
}

Result<std::string> only_freeze(Api& api) {
  std::vector<std::string> open;
  const Json answer = TRY(api.get("/freezes?limit=500"));
  for (const Json& freeze : array_at(answer, "freezes")) {
    if (holds(freeze, system_now().wall)) open.push_back(std::to_string(int_at(freeze, "freeze")));
  }
  if (open.size() == 1) return open.front();
  if (open.empty()) return not_found("no freeze holds");
  return invalid(fmt::format("several freezes hold; name one of {}", fmt::join(open, ", ")));
}

}  // namespace

int run_backfill(const BackfillCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json body = TRY(backfill_body(api, options));
    const Json made = TRY(api.post("/backfills", body));
    if (options.json) return say(options, made, "");
    if (options.dry_run) print_slots(made);
    const std::string words = printable(text_at(made, "words"), 1000);
    fmt::print("{}\n", options.dry_run
                           ? words
                           : fmt::format("backfill {}: {}", int_at(made, "backfill"), words));
    return static_cast<int>(kExitOk);
  });
}

int run_backfills(const BackfillsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.backfill.empty() && options.cancel)
      return invalid("--cancel: name the backfill to cancel");
    if (options.backfill.empty()) return list_backfills(api, options);
    if (options.cancel) return cancel_backfill(api, options);
    const Json row = TRY(api.get(path_of({"backfills", options.backfill})));
    if (options.json) return say(options, row, "");
    fmt::print("backfill {} of {}: {}\n", int_at(row, "backfill"), printable(text_at(row, "dag")),
               printable(text_at(row, "progress"), 1000));
    print_slots(row);
    return static_cast<int>(kExitOk);
  });
}

int run_freeze(const FreezeCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("reason", options.reason);
    if (!options.until.empty() && !options.duration.empty())
      return invalid("give --until or --for, not both");
    const std::string& end = options.until.empty() ? options.duration : options.until;
    const char* option = options.until.empty() ? "--for" : "--until";
    WallTime until;
    if (!end.empty()) {
      until = TRY(parse_later(option, end, system_now().wall));
      body.set("until", format_rfc3339(until));
    }
    if (!options.after.empty()) body.set("after", options.after);
    const Json made = TRY(api.post("/freezes", body));
    return say(
        options, made,
        fmt::format("freeze {}: no schedule makes runs {}", int_at(made, "freeze"),
                    end.empty() ? "until `tidemill unfreeze`" : "until " + format_rfc3339(until)));
  });
}

int run_freezes(const FreezesCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/freezes"));
    if (options.json) return say(options, answer, "");
    Table table({">freeze", "state", "from", "until", "by", "afterwards", "reason"});
    for (const Json& freeze : array_at(answer, "freezes")) {
      const bool open = holds(freeze, system_now().wall);
      table.row({std::to_string(int_at(freeze, "freeze")),
                 {open ? "holds" : "over", open ? Style::yellow : Style::dim},
                 moment_at(freeze, "from"),
                 moment_at(freeze, has_value(freeze, "lifted_at") ? "lifted_at" : "until"),
                 text_at(freeze, "by"),
                 text_at(freeze, "after"),
                 text_at(freeze, "reason")});
    }
    fmt::print("{}", table.empty() ? "there was never a freeze\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_unfreeze(const UnfreezeCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::string freeze = options.freeze.empty() ? TRY(only_freeze(api)) : options.freeze;
    const Json done = TRY(api.post(path_of({"freezes", freeze, "lift"}), Json(Json::Object{})));
    return say(options, done,
               fmt::format("freeze {} is lifted; schedules make runs again", freeze));
  });
}

}  // namespace tidemill::client
