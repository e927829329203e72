#include "scheduler/api/bulk_retries.h"

#include "base/text.h"
#include "scheduler/api/body.h"
#include "scheduler/api/bulk_retry_plan.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string plan_words(const BulkRetryPlan& plan, const BulkRetryRule& rule) {
  std::string words = fmt::format("{} {} retried, at most {} at once",
                                  plural(std::ssize(plan.runs), "run"),
                                  plan.runs.size() == 1 ? "is" : "are", rule.max_parallel);
  if (rule.canary > 0)
    words += fmt::format("; {} first, and the rest only if that succeeds", rule.canary);
  if (!plan.skipped.empty()) {
    words += fmt::format("; {} cannot be", plural(std::ssize(plan.skipped), "run"));
  }
  if (plan.not_allowed > 0) {
    words += fmt::format("; {} are not yours to retry", plural(plan.not_allowed, "run"));
  }
  return words;
}

Json plan_json(const BulkRetryPlan& plan, const BulkRetryRule& rule) {
  Json json;
  json.set("words", plan_words(plan, rule));
  json.set("preview", plan.token);
  json.set("runs", plan.shown);
  json.set("skipped", plan.skipped);
  json.set("not_allowed", plan.not_allowed);
  return json;
}

// What is done is what was looked at: the list is made anew, and must be the same.
Status check_preview(const BulkRetryWish& wish, const BulkRetryPlan& plan) {
  if (wish.preview.empty()) {
    return invalid(
        "preview: ask with dry_run first, look at the list, and send its `preview` along");
  }
  if (wish.preview != plan.token) {
    return conflict("the list has changed since you looked at it; look again");
  }
  if (plan.runs.empty()) return conflict("no run matches, so there is nothing to retry");
  return Ok{};
}

Json detail_json(const BulkRetryWish& wish, const BulkRetryPlan& plan) {
  Json json;
  json.set("where", wish.where);
  json.set("canary", wish.rule.canary);
  json.set("max_parallel", wish.rule.max_parallel);
  json.set("max_failures", wish.rule.max_failures);
  json.set("reason", wish.reason);
  Json::Array runs;
  for (const BulkRetryRunRow& run : plan.runs) runs.emplace_back(run.run.value);
  json.set("runs", std::move(runs));
  return json;
}

Result<Response> make_retry(Context& context, const Request& request) {
  const auto wish = std::make_shared<BulkRetryWish>(TRY(read_bulk_retry(request)));
  if (!wish->filter.dag.empty()) {
    const std::string& dag = wish->filter.dag;
    if (!may_read(request.who, dag)) {
      return not_found(fmt::format("there is no dag {}", printable(dag, 80)));
    }
    if (auto refusal = refuse_unless(request, Permission::operate, dag)) return std::move(*refusal);
  }
  const auto plan = std::make_shared<BulkRetryPlan>(TRY(plan_bulk_retry(context, request, *wish)));
  if (wish->dry_run) return Response::json(plan_json(*plan, wish->rule));
  TRY(check_preview(*wish, *plan));
  Mutation mutation;
  mutation.audit = audit_entry(request, "runs.retry", plural(std::ssize(plan->runs), "run"),
                               wish->filter.dag);
  mutation.audit->detail = detail_json(*wish, *plan).dump();
  mutation.weight = plan->runs.size() + 1;
  mutation.decide = [&context, wish, plan, by = request.who.name](Desk& desk) -> Result<Json> {
    BulkRetryRow row;
    row.filter = wish->where.dump();
    row.rule = wish->rule;
    row.reason = wish->reason;
    row.created_by = by;
    Json json = plan_json(*plan, wish->rule);
    json.set("retry", context.bulk_retries.start(std::move(row), plan->runs, desk.now));
    return json;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 201;
  return response;
}

// Of a retry, what the sender may see.
struct Visible {
  BulkRetryRow row;
  std::vector<BulkRetryRunRow> runs;
  bool whole = true;  // nothing of it is hidden
};

Result<std::optional<Visible>> look_at(BulkRetryReader& reader, const Request& request,
                                       BulkRetryRow row) {
  Visible visible{std::move(row), {}, true};
  for (BulkRetryRunRow& run : TRY(reader.runs(visible.row.id))) {
    if (may_read(request.who, run.dag)) {
      visible.runs.push_back(std::move(run));
    } else {
      visible.whole = false;
    }
  }
  if (visible.runs.empty()) return std::optional<Visible>();
  return std::optional<Visible>(std::move(visible));
}

std::vector<BulkItem> items_of(const Visible& visible) {
  std::vector<BulkItem> items;
  for (const BulkRetryRunRow& run : visible.runs) items.push_back(run.item);
  return items;
}

Json retry_json(const Visible& visible) {
  const BulkRetryRow& row = visible.row;
  const auto where = parse_json(row.filter);
  Json json;
  json.set("retry", row.id);
  json.set("state", to_word(row.state));
  json.set("where", where.ok() ? *where : Json(Json::Object()));
  json.set("canary", row.rule.canary);
  json.set("max_parallel", row.rule.max_parallel);
  json.set("max_failures", row.rule.max_failures);
  json.set("reason", text_or_null(row.reason));
  json.set("note", text_or_null(row.note));
  json.set("created_by", row.created_by);
  json.set("created_at", time_or_null(row.created_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("progress", in_words(items_of(visible), row.rule));
  return json;
}

Json item_json(const BulkRetryRunRow& run, bool is_canary) {
  const bool retried = run.item.state == BulkItemState::retried;
  Json json;
  json.set("run", run.run.value);
  json.set("dag", run.dag);
  json.set("was", to_word(run.item.was));
  json.set("canary", is_canary);
  json.set("state", to_word(run.item.state));
  json.set("run_state", retried ? Json(to_word(run.item.run)) : Json());
  json.set("note", text_or_null(run.note));
  return json;
}

Result<BulkRetryReader> open_reader(const Context& context) {
  return BulkRetryReader::open(context.data_dir + "/tidemill.db");
}

Result<Response> list_retries(Context& context, const Request& request) {
  TRY(request.query.only({"limit", "after"}));
  const auto limit = TRY(request.query.integer("limit", 20, 1, 200));
  const auto before = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  BulkRetryReader reader = TRY(open_reader(context));
  const auto rows = TRY(reader.retries(before, static_cast<int>(limit)));
  Json::Array retries;
  for (const BulkRetryRow& row : rows) {
    if (const auto seen = TRY(look_at(reader, request, row))) retries.push_back(retry_json(*seen));
  }
  Json json;
  json.set("retries", std::move(retries));
  json.set("next", std::ssize(rows) == limit ? Json(std::to_string(rows.back().id)) : Json());
  return Response::json(json);
}

Result<Visible> find_retry(BulkRetryReader& reader, const Request& request) {
  const std::string& text = request.capture("retry");
  const auto id = to_int(text);
  const Error missing = not_found(fmt::format("there is no bulk retry {}", printable(text, 40)));
  if (!id) return missing;
  auto row = reader.retry(*id);
  if (!row.ok()) return row.error().code == ErrorCode::not_found ? missing : row.error();
  auto visible = TRY(look_at(reader, request, std::move(*row)));
  if (!visible) return missing;
  return std::move(*visible);
}

Result<Response> get_retry(Context& context, const Request& request) {
  BulkRetryReader reader = TRY(open_reader(context));
  const Visible visible = TRY(find_retry(reader, request));
  Json json = retry_json(visible);
  const std::vector<bool> is_canary = canaries(items_of(visible), visible.row.rule);
  Json::Array runs;
  for (std::size_t i = 0; i < visible.runs.size(); ++i) {
    runs.push_back(item_json(visible.runs[i], is_canary[i]));
  }
  json.set("runs", std::move(runs));
  return Response::json(json);
}

Result<Response> cancel_retry(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"reason", "cancel_runs"}));
  const std::string reason = TRY(text_member(body, "reason"));
  const bool cancel_runs = TRY(flag_member(body, "cancel_runs", false));
  BulkRetryReader reader = TRY(open_reader(context));
  const Visible visible = TRY(find_retry(reader, request));
  for (const BulkRetryRunRow& run : visible.runs) {
    if (auto refusal = refuse_unless(request, Permission::operate, run.dag)) {
      return std::move(*refusal);
    }
  }
  if (!visible.whole) return conflict("it has runs that are not yours to stop; ask who began it");
  const std::int64_t id = visible.row.id;
  Mutation mutation;
  mutation.audit = audit_entry(request, "runs.retry.cancel", fmt::format("bulk retry {}", id), "");
  Json detail;
  detail.set("reason", reason);
  detail.set("cancel_runs", cancel_runs);
  mutation.audit->detail = detail.dump();
  mutation.decide = [&context, id, reason, cancel_runs,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(context.bulk_retries.cancel(id, by, reason, cancel_runs, desk.engine, desk.now));
    Json json;
    json.set("retry", id);
    json.set("done", "cancelled");
    return json;
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> bulk_retry_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, Permission permission,
                         http::RouteDoc doc, Body body) {
    http::Route made = make_route(context, method, path, permission, std::move(doc),
                                  std::move(body));
    made.checked_by_handler = method != Method::get;
    return made;
  };
  return {
      route(Method::get, "/api/v1/bulk_retries", Permission::read,
            {"Retries of many runs at once, newest first",
             "Runs",
             {{"limit", "integer", "At most so many, 1 to 200; 20 when not given"},
              {"after", "string", "The cursor `next` of the page before"}},
             "",
             "BulkRetryList"},
            list_retries),
      route(Method::get, "/api/v1/bulk_retries/{retry}", Permission::read,
            {"One of them, with its runs", "Runs", {}, "", "BulkRetry"}, get_retry),
      route(Method::post, "/api/v1/bulk_retries", Permission::operate,
            {"Retry every run that matches, a canary first; or say which would be (dry_run)",
             "Runs",
             {},
             "NewBulkRetry",
             "BulkRetryPlan",
             201,
             true},
            make_retry),
      route(Method::post, "/api/v1/bulk_retries/{retry}/cancel", Permission::operate,
            {"Retry no more runs of it", "Runs", {}, "CancelBulkRetry", "Done"}, cancel_retry),
  };
}

}  // namespace tidemill::api
