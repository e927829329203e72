#include "scheduler/api/alerts.h"

#include "base/text.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/api/alert_story.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

Json alert_json(const AlertRow& row) {
  const Alert& alert = row.alert;
  Json json;
  json.set("alert", row.id);
  json.set("dag", text_or_null(alert.key.dag));
  json.set("task", text_or_null(alert.key.task));
  json.set("cause", alert.key.cause);
  json.set("state", to_word(alert.state));
  json.set("severity", to_word(alert.severity));
  Json::Array facts;
  for (const AlertFact fact : alert.facts) facts.emplace_back(to_word(fact));
  json.set("facts", std::move(facts));
  json.set("what", row.what);
  json.set("signature", alert.signature);
  json.set("policy", text_or_null(row.policy));
  json.set("raised_at", time_or_null(alert.raised_at));
  json.set("state_since", time_or_null(alert.state_since));
  json.set("count", static_cast<std::int64_t>(alert.count));
  json.set("first_run",
           alert.first_run == 0 ? Json() : Json(static_cast<std::int64_t>(alert.first_run)));
  json.set("last_run",
           alert.last_run == 0 ? Json() : Json(static_cast<std::int64_t>(alert.last_run)));
  json.set("reopened", alert.reopened);
  json.set("by", text_or_null(alert.by));
  json.set("comment", text_or_null(alert.comment));
  json.set("until", time_or_null(alert.until));
  return json;
}

Result<AlertFilter> read_filter(const Request& request) {
  AlertFilter filter;
  if (const std::string* dag = request.query.find("dag")) filter.dag = *dag;
  const std::string state = request.query.text("state", "open");
  filter.open_only = state == "open";
  if (state != "open" && state != "all") {
    filter.state = alert_state_from(state);
    if (!filter.state) {
      return invalid("state: open, all, firing, acknowledged, snoozed, suppressed or resolved");
    }
  }
  filter.limit = static_cast<int>(TRY(request.query.integer("limit", 100, 1, 500)));
  filter.before = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  return filter;
}

Result<Response> list_alerts(Context& context, const Request& request) {
  const AlertFilter filter = TRY(read_filter(request));
  auto database = TRY(context.people.take());
  const auto rows = TRY(read_alerts(*database, filter));
  Json::Array alerts;
  for (const AlertRow& row : rows) {
    if (may_read(request.who, row.alert.key.dag)) alerts.push_back(alert_json(row));
  }
  Json json;
  json.set("alerts", std::move(alerts));
  json.set("next",
           std::ssize(rows) == filter.limit ? Json(std::to_string(rows.back().id)) : Json());
  return Response::json(json);
}

// An alert about a dag that the sender may not read is not found, like one that is not there.
Result<AlertRow> find_one(Context& context, const Request& request) {
  const std::string& text = request.capture("alert");
  const Error missing = not_found(fmt::format("there is no alert {}", printable(text, 40)));
  const auto id = to_int(text);
  if (!id) return missing;
  auto database = TRY(context.people.take());
  auto row = TRY(read_alert(*database, *id));
  if (!row || !may_read(request.who, row->alert.key.dag)) return missing;
  return std::move(*row);
}

Result<Response> get_alert(Context& context, const Request& request) {
  const AlertRow row = TRY(find_one(context, request));
  auto database = TRY(context.people.take());
  Json json = alert_json(row);
  Json::Array timeline;
  for (const AlertEventRow& event : TRY(read_alert_events(*database, row.id))) {
    Json one;
    one.set("at", time_or_null(event.at));
    one.set("text", event.text);
    timeline.push_back(std::move(one));
  }
  json.set("timeline", std::move(timeline));
  const WallTime now = system_now().wall;
  const auto may_see = [&](const std::string& dag) { return may_read(request.who, dag); };
  set_story(json, TRY(read_alert_story(context.stories, row, may_see, now)), now);
  return Response::json(json);
}

// Members of the bodies of all four; each route says which it takes.
struct Words {
  std::string comment, seen;
  std::optional<WallTime> until;
};

Result<Words> read_words(const Request& request, std::initializer_list<std::string_view> known) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, known));
  Words words;
  words.comment = TRY(text_member(body, "comment"));
  words.seen = TRY(text_member(body, "seen"));
  words.until = TRY(time_member(body, "until"));
  if (words.comment.size() > 1000) return invalid("comment: at most 1000 bytes");
  return words;
}

// Answers with the alert as it is afterwards.
Result<Response> tell(Context& context, const Request& request, const std::string& action,
                      const Words& words, const AlertEvent& event) {
  const AlertRow row = TRY(find_one(context, request));
  const std::string& dag = row.alert.key.dag;
  if (auto refusal = refuse_unless(request, Permission::operate, dag)) return std::move(*refusal);
  Mutation mutation;
  mutation.audit = audit_entry(request, action, fmt::format("alert {}", row.id), dag);
  Json detail;
  detail.set("what", row.what);
  if (!words.comment.empty()) detail.set("comment", words.comment);
  if (words.until) detail.set("until", time_or_null(*words.until));
  mutation.audit->detail = detail.dump();
  mutation.store = [id = row.id, event, policies = context.policies.current(),
                    now = system_now().wall](Database& database) {
    return tell_alert(database, id, event, policies, now);
  };
  TRY(change(context, request, std::move(mutation)));
  return get_alert(context, request);
}

Result<Response> acknowledge(Context& context, const Request& request) {
  const Words words = TRY(read_words(request, {"comment", "until", "seen"}));
  Duration lasts{};
  if (words.until) lasts = *words.until - system_now().wall;
  if (lasts < Duration::zero()) return invalid("until: is in the past");
  return tell(context, request, "alert.acknowledge", words,
              alert_event::Acknowledge{request.who.name, words.comment, lasts, words.seen});
}

Result<Response> unacknowledge(Context& context, const Request& request) {
  const Words words = TRY(read_words(request, {"comment"}));
  return tell(context, request, "alert.unacknowledge", words,
              alert_event::Unacknowledge{request.who.name});
}

Result<Response> snooze(Context& context, const Request& request) {
  const Words words = TRY(read_words(request, {"comment", "until"}));
  if (!words.until) return invalid("until: say when it is to come back, as an RFC 3339 time");
  if (*words.until <= system_now().wall) return invalid("until: is in the past");
  return tell(context, request, "alert.snooze", words,
              alert_event::Snooze{request.who.name, words.comment, *words.until});
}

Result<Response> resolve(Context& context, const Request& request) {
  const Words words = TRY(read_words(request, {"comment"}));
  return tell(context, request, "alert.resolve", words,
              alert_event::Resolve{request.who.name, words.comment});
}

}  // namespace

std::vector<http::Route> alert_routes(Context& context) {
  const auto get = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  const auto post = [&](std::string_view path, std::string_view summary, std::string_view body,
                        Body handle) {
    http::Route route = make_route(context, http::Method::post, path, Permission::operate,
                                   {summary, "Alerts", {}, body, "AlertDetail"}, std::move(handle));
    route.checked_by_handler = true;
    return route;
  };
  return {
      get("/api/v1/alerts",
          {"Alerts, newest first",
           "Alerts",
           {{"state", "string", "open (the default), all, or a state"},
            {"dag", "string", "Exactly this dag"},
            {"limit", "integer", "At most so many, 1 to 500"},
            {"after", "string", "The cursor `next` of the page before"}},
           "",
           "AlertList"},
          list_alerts),
      get("/api/v1/alerts/{alert}",
          {"An alert: what broke, what changed, what it blocks, what to do, and its timeline",
           "Alerts",
           {},
           "",
           "AlertDetail"},
          get_alert),
      post("/api/v1/alerts/{alert}/acknowledge",
           "Take an alert: every message that is not sent yet is stopped", "AcknowledgeAlert",
           acknowledge),
      post("/api/v1/alerts/{alert}/unacknowledge", "Give an alert back", "AlertComment",
           unacknowledge),
      post("/api/v1/alerts/{alert}/snooze", "Let an alert come back later", "SnoozeAlert", snooze),
      post("/api/v1/alerts/{alert}/resolve", "Say that it is over", "AlertComment", resolve),
  };
}

}  // namespace tidemill::api
