// The audit log: who asked for what, and whether anybody wrote into it by other means.
#include "scheduler/api/people.h"
#include "scheduler/api/words.h"
#include "scheduler/storage/read_audit.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

Json entry_json(const AuditRow& row) {
  Json json;
  json.set("seq", row.seq);
  json.set("at", time_or_null(row.entry.at));
  json.set("who", row.entry.who);
  json.set("via", row.entry.via);
  json.set("address", text_or_null(row.entry.address));
  json.set("request", text_or_null(row.entry.request));
  json.set("action", row.entry.action);
  json.set("object", row.entry.object);
  json.set("dag", text_or_null(row.entry.dag));
  auto detail = parse_json(row.entry.detail);
  json.set("detail", detail.ok() ? std::move(*detail) : Json(row.entry.detail));
  json.set("outcome", row.outcome);
  return json;
}

Result<Response> list_entries(Context& context, const Request& request) {
  TRY(request.query.only({"who", "action", "object", "dag", "limit", "after"}));
  AuditFilter filter;
  filter.who = request.query.text("who");
  filter.action = request.query.text("action");
  filter.object = request.query.text("object");
  if (const std::string* dag = request.query.find("dag")) filter.dag = *dag;
  filter.limit = static_cast<int>(TRY(request.query.integer("limit", 50, 1, 500)));
  filter.before = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  auto database = TRY(context.people.take());
  const auto rows = TRY(read_audit(*database, filter));
  Json::Array entries;
  for (const AuditRow& row : rows) entries.push_back(entry_json(row));
  Json json;
  json.set("entries", std::move(entries));
  const bool more = std::ssize(rows) == filter.limit;
  json.set("next", more ? Json(std::to_string(rows.back().seq)) : Json());
  return Response::json(json);
}

Result<Response> verify(Context& context, const Request&) {
  auto database = TRY(context.people.take());
  const AuditVerdict verdict = TRY(audit_verify(*database));
  Json json;
  json.set("whole", verdict.whole());
  json.set("rows", verdict.rows);
  json.set("first_broken", verdict.whole() ? Json() : Json(verdict.first_broken));
  json.set("what", text_or_null(verdict.what));
  return Response::json(json);
}

}  // namespace

std::vector<http::Route> audit_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::administer, std::move(doc),
                      std::move(body));
  };
  return {
      route("/api/v1/audit",
            {"Who asked for what, newest first",
             "Audit",
             {{"who", "string", "Exactly this user"},
              {"action", "string", "Exactly this action"},
              {"object", "string", "Exactly this object"},
              {"dag", "string", "Exactly this dag"},
              {"limit", "integer", "At most so many, 1 to 500"},
              {"after", "string", "The cursor `next` of the page before"}},
             "",
             "AuditPage"},
            list_entries),
      route("/api/v1/audit/verify",
            {"Whether the chain of entries is whole", "Audit", {}, "", "AuditVerdict"}, verify),
  };
}

}  // namespace tidemill::api
