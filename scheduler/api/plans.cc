#include "scheduler/api/plans.h"

#include "base/text.h"
#include "core/params.h"
#include "core/schedule_book.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

Result<TimetableReader> open_timetable(const Context& context) {
  return TimetableReader::open(context.data_dir + "/tidemill.db");
}

Json backfill_json(const BackfillRow& row) {
  Json json;
  json.set("backfill", row.id);
  json.set("dag", row.dag);
  json.set("from", time_or_null(row.request.from));
  json.set("until", time_or_null(row.request.until));
  json.set("reprocess", to_word(row.request.reprocess));
  json.set("order", to_word(row.request.order));
  json.set("max_parallel", row.request.max_parallel);
  json.set("state", to_word(row.state));
  json.set("created_by", row.created_by);
  json.set("reason", text_or_null(row.reason));
  json.set("created_at", time_or_null(row.created_at));
  json.set("ended_at", time_or_null(row.ended_at));
  return json;
}

Json slot_json(const BackfillSlot& slot, RunId run, std::optional<RunState> state) {
  Json json;
  json.set("instant", time_or_null(slot.instant));
  json.set("label", slot.label);
  json.set("state", to_word(slot.state));
  json.set("reason", text_or_null(slot.reason));
  json.set("run", run ? Json(run.value) : Json());
  json.set("run_state", state ? Json(to_word(*state)) : Json());
  return json;
}

Result<Response> list_backfills(Context& context, const Request& request) {
  TRY(request.query.only({"dag", "limit", "after"}));
  const auto limit = TRY(request.query.integer("limit", 50, 1, 500));
  const auto before = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  TimetableReader reader = TRY(open_timetable(context));
  const auto rows = TRY(
      reader.backfills(request.query.text("dag"), before, static_cast<int>(limit)));
  Json::Array backfills;
  for (const BackfillRow& row : rows) {
    if (may_read(request.who, row.dag)) backfills.push_back(backfill_json(row));
  }
  Json json;
  json.set("backfills", std::move(backfills));
  json.set("next", std::ssize(rows) == limit ? Json(std::to_string(rows.back().id)) : Json());
  return Response::json(json);
}

Result<BackfillRow> find_backfill(TimetableReader& reader, const Request& request) {
  const std::string& text = request.capture("backfill");
  const auto id = to_int(text);
  const Error missing = not_found(fmt::format("there is no backfill {}", printable(text, 40)));
  if (!id) return missing;
  auto row = reader.backfill(*id);
  if (!row.ok() && row.error().code == ErrorCode::not_found) return missing;
  if (row.ok() && !may_read(request.who, row->dag)) return missing;
  return row;
}

Result<Response> get_backfill(Context& context, const Request& request) {
  TimetableReader reader = TRY(open_timetable(context));
  const BackfillRow row = TRY(find_backfill(reader, request));
  Json json = backfill_json(row);
  Json::Array slots;
  std::vector<SlotProgress> progress;
  for (const BackfillSlotRow& slot : TRY(reader.slots(row.id))) {
    const auto state = slot.run ? std::optional(slot.run_state) : std::nullopt;
    slots.push_back(slot_json(slot.slot, slot.run, state));
    progress.push_back({slot.slot.state, slot.run_state});
  }
  json.set("progress", in_words(progress_of(progress)));
  json.set("slots", std::move(slots));
  return Response::json(json);
}

struct BackfillWish {
  BackfillRow row;
  BackfillPlan plan;
  bool dry_run = false;
};

Result<BackfillRow> read_backfill(const Json::Object& body) {
  BackfillRow row;
  row.dag = TRY(text_member(body, "dag"));
  if (row.dag.empty()) return invalid("dag: name the dag");
  const auto from = TRY(time_member(body, "from"));
  const auto until = TRY(time_member(body, "until"));
  if (!from || !until) return invalid("from, until: give both, as RFC 3339 times");
  row.request.from = *from;
  row.request.until = *until;
  const auto reprocess = reprocess_from(TRY(text_member(body, "reprocess", "none")));
  if (!reprocess) return invalid("reprocess: none, failed or all");
  row.request.reprocess = *reprocess;
  const auto order = backfill_order_from(TRY(text_member(body, "order", "oldest_first")));
  if (!order) return invalid("order: oldest_first or newest_first");
  row.request.order = *order;
  row.request.max_parallel = static_cast<int>(
      TRY(integer_member(body, "max_parallel", 1, 1, 1000)));
  if (const Json* params = find_member(body, "params")) {
    if (!params->is_object()) return invalid("params: must be an object");
    row.params = params->dump();
  }
  return row;
}

// The schedule of the dag that the body names by its text, or the only one.
Result<const Schedule*> choose_schedule(const Dag& dag, const std::string& text) {
  if (dag.schedules.empty()) return conflict(dag.name + " has no schedule to fill in");
  if (text.empty() && dag.schedules.size() == 1) return &dag.schedules.front();
  for (const Schedule& schedule : dag.schedules) {
    if (schedule.text == text) return &schedule;
  }
  std::vector<std::string> texts;
  for (const Schedule& schedule : dag.schedules) texts.push_back("\"" + schedule.text + "\"");
  return invalid(fmt::format("schedule: choose one of {}", fmt::join(texts, ", ")));
}

// Said once, here, and not of every instant.
Status check_params(const Dag& dag, const Json::Object& body) {
  const Json* params = find_member(body, "params");
  const BoundParams bound = bind_params(dag, params == nullptr ? Json(Json::Object()) : *params);
  std::vector<std::string> problems;
  for (const ParamProblem& problem : bound.problems) {
    problems.push_back(fmt::format("{}: {}", problem.name, problem.message));
  }
  if (problems.empty()) return Ok{};
  return invalid(fmt::format("params: {}", fmt::join(problems, "; ")));
}

Result<BackfillWish> read_wish(Context& context, const Request& request, const Dag& dag,
                               const Json::Object& body) {
  BackfillWish wish;
  wish.row = TRY(read_backfill(body));
  TRY(check_params(dag, body));
  if (const Json* params = find_member(body, "params")) {
    wish.row.params = Json(TRY(context.params.seal(dag, params->as_object()))).dump();
  }
  wish.row.created_by = request.who.name;
  wish.dry_run = TRY(flag_member(body, "dry_run", false));
  const std::string schedule_text = TRY(text_member(body, "schedule"));
  const Schedule* schedule = TRY(choose_schedule(dag, schedule_text));
  wish.row.schedule_key = schedule_key(*schedule);
  TimetableReader reader = TRY(open_timetable(context));
  const auto runs = TRY(
      reader.runs(dag.name, wish.row.schedule_key, wish.row.request.from, wish.row.request.until));
  const ZonePtr zone = TRY(load_zone(schedule->timezone));
  wish.plan = TRY(plan_backfill(*schedule, *zone, wish.row.request, runs, system_now().wall));
  return wish;
}

Json plan_json(const BackfillPlan& plan) {
  Json::Array slots;
  for (const BackfillSlot& slot : plan.slots) slots.push_back(slot_json(slot, {}, std::nullopt));
  Json json;
  json.set("words", plan.words);
  json.set("to_run", static_cast<std::int64_t>(plan.to_run));
  json.set("skipped", static_cast<std::int64_t>(plan.skipped));
  json.set("slots", std::move(slots));
  return json;
}

// The body as everybody may see it: parameters may be secrets.
Json shown_body(const Dag& dag, Json::Object body) {
  for (auto& [key, value] : body) {
    if (key == "params" && value.is_object()) value = shown_params(dag, value.as_object());
  }
  return Json(std::move(body));
}

Result<Response> make_backfill(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"dag", "schedule", "from", "until", "reprocess", "order", "max_parallel",
                          "params", "dry_run"}));
  const std::string name = TRY(text_member(body, "dag"));
  const auto catalog = context.catalog.view();
  const DagView* view = may_read(request.who, name) ? catalog->find(name) : nullptr;
  if (view == nullptr) return not_found(fmt::format("there is no dag {}", printable(name, 80)));
  if (auto refusal = refuse_unless(request, Permission::edit, name)) return std::move(*refusal);
  if (view->dag == nullptr) return conflict(name + " has no good version");
  const auto wish = std::make_shared<BackfillWish>(
      TRY(read_wish(context, request, *view->dag, body)));
  if (wish->dry_run) return Response::json(plan_json(wish->plan));
  Mutation mutation;
  mutation.audit = audit_entry(request, "backfill.create", "dag " + name, name);
  mutation.audit->detail = shown_body(*view->dag, body).dump();
  mutation.decide = [&context, wish](Desk& desk) -> Result<Json> {
    Json json = plan_json(wish->plan);
    json.set("backfill",
             TRY(context.catalog.start_backfill(wish->row, wish->plan, desk.engine, desk.now)));
    return json;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 201;
  return response;
}

Result<Response> cancel_backfill(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"reason", "cancel_runs"}));
  const std::string reason = TRY(text_member(body, "reason"));
  const bool cancel_runs = TRY(flag_member(body, "cancel_runs", false));
  TimetableReader reader = TRY(open_timetable(context));
  const BackfillRow row = TRY(find_backfill(reader, request));
  if (auto refusal = refuse_unless(request, Permission::edit, row.dag)) return std::move(*refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, "backfill.cancel", fmt::format("backfill {}", row.id),
                               row.dag);
  Json detail;
  detail.set("reason", reason);
  detail.set("cancel_runs", cancel_runs);
  mutation.audit->detail = detail.dump();
  mutation.decide = [&context, id = row.id, reason, cancel_runs,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(context.catalog.cancel_backfill(id, by, reason, cancel_runs, desk.engine, desk.now));
    Json json;
    json.set("backfill", id);
    json.set("done", "cancelled");
    return json;
  };
  return change(context, request, std::move(mutation));
}

Json freeze_json(const FreezeRow& row) {
  Json json;
  json.set("freeze", row.id);
  json.set("from", time_or_null(row.from));
  json.set("until", time_or_null(row.until));
  json.set("reason", row.reason);
  json.set("by", row.created_by);
  json.set("after", to_word(row.after));
  json.set("lifted_at", time_or_null(row.lifted_at));
  json.set("lifted_by", text_or_null(row.lifted_by));
  return json;
}

Result<Response> list_freezes(Context& context, const Request& request) {
  TRY(request.query.only({"limit"}));
  const auto limit = TRY(request.query.integer("limit", 20, 1, 500));
  TimetableReader reader = TRY(open_timetable(context));
  Json::Array freezes;
  for (const FreezeRow& row : TRY(reader.freezes(static_cast<int>(limit)))) {
    freezes.push_back(freeze_json(row));
  }
  Json json;
  json.set("freezes", std::move(freezes));
  return Response::json(json);
}

Result<Response> make_freeze(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"reason", "until", "after"}));
  const std::string reason = TRY(text_member(body, "reason"));
  const auto until = TRY(time_member(body, "until"));
  const auto after = release_from(TRY(text_member(body, "after", "none")));
  if (!after) return invalid("after: none, last or all");
  Mutation mutation;
  mutation.audit = audit_entry(request, "freeze.create", "all schedules", "");
  mutation.audit->detail = request.body;
  mutation.decide = [&context, reason, until, after = *after,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    Json json;
    json.set("freeze",
             TRY(context.catalog.freeze(by, reason, until, after, desk.engine, desk.now)));
    return json;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 201;
  return response;
}

Result<Response> lift_freeze(Context& context, const Request& request) {
  const std::string& text = request.capture("freeze");
  const auto id = to_int(text);
  if (!id) return not_found(fmt::format("there is no freeze {}", printable(text, 40)));
  Mutation mutation;
  mutation.audit = audit_entry(request, "freeze.lift", fmt::format("freeze {}", *id), "");
  mutation.decide = [&context, id = *id, by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(context.catalog.lift_freeze(id, by, desk.engine, desk.now));
    Json json;
    json.set("freeze", id);
    json.set("done", "lifted");
    return json;
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> plan_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, Permission permission,
                         http::RouteDoc doc, Body body, bool checked_by_handler = false) {
    http::Route made = make_route(context, method, path, permission, std::move(doc),
                                  std::move(body));
    made.checked_by_handler = checked_by_handler;
    return made;
  };
  return {
      route(Method::get, "/api/v1/backfills", Permission::read,
            {"Backfills, newest first",
             "Backfills",
             {{"dag", "string", "Only of this dag"},
              {"limit", "integer", "At most so many"},
              {"after", "string", "The cursor `next` of the page before"}},
             "",
             "BackfillList"},
            list_backfills),
      route(Method::get, "/api/v1/backfills/{backfill}", Permission::read,
            {"One backfill with its instants", "Backfills", {}, "", "Backfill"}, get_backfill),
      route(Method::post, "/api/v1/backfills", Permission::edit,
            {"Run the instants of a range, or say what would run (dry_run)",
             "Backfills",
             {},
             "NewBackfill",
             "BackfillPlan",
             201,
             true},
            make_backfill, true),
      route(Method::post, "/api/v1/backfills/{backfill}/cancel", Permission::edit,
            {"Make no more runs of a backfill", "Backfills", {}, "CancelBackfill", "Done"},
            cancel_backfill, true),
      route(Method::get, "/api/v1/freezes", Permission::read,
            {"Times in which no schedule makes runs",
             "Freezes",
             {{"limit", "integer", ""}},
             "",
             "FreezeList"},
            list_freezes),
      route(Method::post, "/api/v1/freezes", Permission::administer,
            {"Make no runs by any schedule, with a reason",
             "Freezes",
             {},
             "NewFreeze",
             "Freeze",
             201},
            make_freeze),
      route(Method::post, "/api/v1/freezes/{freeze}/lift", Permission::administer,
            {"End a freeze before its time", "Freezes", {}, "", "Done"}, lift_freeze),
  };
}

}  // namespace tidemill::api
