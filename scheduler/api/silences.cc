#include "scheduler/api/silences.h"

#include <algorithm>

#include "base/text.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr Duration kLongestSilence = std::chrono::hours(24 * 366);
constexpr std::size_t kLongestPattern = 200;

Json silence_json(const SilenceRow& row) {
  const Silence& silence = row.silence;
  Json json;
  json.set("silence", row.id);
  json.set("kind", to_word(silence.kind));
  json.set("state", to_word(row.state));
  json.set("dag", silence.dag);
  json.set("task", silence.task);
  json.set("cause", silence.cause);
  Json::Array severities;
  for (const AlertSeverity severity : silence.severities)
    severities.emplace_back(to_word(severity));
  json.set("severities", std::move(severities));
  json.set("owner", silence.owner);
  json.set("reason", silence.reason);
  json.set("starts_at", time_or_null(silence.starts_at));
  json.set("ends_at", time_or_null(silence.ends_at));
  json.set("created_at", time_or_null(row.created_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("ended_by", text_or_null(row.ended_by));
  return json;
}

// One with wildcards tells nothing of a single dag, so whoever may read any sees it.
bool may_see(const Request& request, const Silence& silence) {
  return silence.dag.find_first_of("*?") != std::string::npos || may_read(request.who, silence.dag);
}

Result<Response> list_silences(Context& context, const Request& request) {
  TRY(request.query.only({"state", "limit"}));
  const std::string state = request.query.text("state", "open");
  if (state != "open" && state != "all") return invalid("state: open or all");
  const auto limit = TRY(request.query.integer("limit", 100, 1, 500));
  auto database = TRY(context.people.take());
  Json::Array silences;
  for (const SilenceRow& row :
       TRY(read_silences(*database, state == "open", static_cast<int>(limit)))) {
    if (may_see(request, row.silence)) silences.push_back(silence_json(row));
  }
  Json json;
  json.set("silences", std::move(silences));
  return Response::json(json);
}

Result<std::string> pattern_member(const Json::Object& body, std::string_view name) {
  std::string pattern = TRY(text_member(body, name, "*"));
  if (pattern.size() <= kLongestPattern) return pattern;
  return invalid(fmt::format("{}: at most {} bytes", name, kLongestPattern));
}

Result<std::vector<AlertSeverity>> severities_member(const Json::Object& body) {
  std::vector<AlertSeverity> severities;
  const Json* list = find_member(body, "severities");
  if (list == nullptr) return severities;
  const Error wrong = invalid("severities: a list of critical, error, warning and info");
  if (!list->is_array()) return wrong;
  for (const Json& word : list->as_array()) {
    const auto severity = word.is_string() ? alert_severity_from(word.as_string()) : std::nullopt;
    if (!severity) return wrong;
    if (std::find(severities.begin(), severities.end(), *severity) == severities.end()) {
      severities.push_back(*severity);
    }
  }
  return severities;
}

Status read_times(const Json::Object& body, WallTime now, Silence& silence) {
  silence.starts_at = TRY(time_member(body, "starts_at")).value_or(now);
  const auto ends_at = TRY(time_member(body, "ends_at"));
  if (!ends_at) return invalid("ends_at: say when it ends, as an RFC 3339 time");
  silence.ends_at = *ends_at;
  if (*ends_at <= now) return invalid("ends_at: is in the past");
  if (*ends_at <= silence.starts_at) return invalid("ends_at: is not after starts_at");
  if (*ends_at - silence.starts_at > kLongestSilence) {
    return invalid("ends_at: a silence lasts at most a year, so that it is thought of again");
  }
  return Ok{};
}

Result<Silence> read_silence(const Request& request, WallTime now) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(
      body, {"kind", "dag", "task", "cause", "severities", "reason", "starts_at", "ends_at"}));
  Silence silence;
  const auto kind = silence_kind_from(TRY(text_member(body, "kind", "silence")));
  if (!kind) return invalid("kind: silence or maintenance");
  silence.kind = *kind;
  if (find_member(body, "dag") == nullptr) {
    return invalid("dag: name one, or * for every alert there is");
  }
  silence.dag = TRY(pattern_member(body, "dag"));
  silence.task = TRY(pattern_member(body, "task"));
  silence.cause = TRY(pattern_member(body, "cause"));
  silence.severities = TRY(severities_member(body));
  silence.owner = request.who.name;
  silence.reason = TRY(text_member(body, "reason"));
  if (trim(silence.reason).empty()) return invalid("reason: say why nobody is to be told");
  if (silence.reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  TRY(read_times(body, now, silence));
  return silence;
}

Result<Response> make_silence(Context& context, const Request& request) {
  const WallTime now = system_now().wall;
  SilenceRow row;
  row.silence = TRY(read_silence(request, now));
  row.created_at = now;
  Mutation mutation;
  mutation.audit = audit_entry(request, "silence.create", "alerts of " + row.silence.dag, "");
  mutation.audit->detail = request.body;
  mutation.store = [row, policies = context.policies.current(), now](Database& database) {
    return silence_alerts(database, row, policies, now);
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 201;
  return response;
}

Result<Response> end_one(Context& context, const Request& request) {
  const std::string& text = request.capture("silence");
  const auto id = to_int(text);
  if (!id) return not_found(fmt::format("there is no silence {}", printable(text, 40)));
  Mutation mutation;
  mutation.audit = audit_entry(request, "silence.end", fmt::format("silence {}", *id), "");
  mutation.store = [id = *id, by = request.who.name, policies = context.policies.current(),
                    now = system_now().wall](Database& database) {
    return unsilence_alerts(database, id, by, policies, now);
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> silence_routes(Context& context) {
  return {
      make_route(context, http::Method::get, "/api/v1/silences", Permission::read,
                 {"Silences and maintenance windows, newest first",
                  "Alerts",
                  {{"state", "string", "open (the default) or all"},
                   {"limit", "integer", "At most so many, 1 to 500"}},
                  "",
                  "SilenceList"},
                 list_silences),
      make_route(
          context, http::Method::post, "/api/v1/silences", Permission::operate,
          {"Let alerts not be told for a while", "Alerts", {}, "NewSilence", "SilenceMade", 201},
          make_silence),
      make_route(context, http::Method::post, "/api/v1/silences/{silence}/end", Permission::operate,
                 {"End a silence before its time", "Alerts", {}, "", "SilenceMade"}, end_one),
  };
}

}  // namespace tidemill::api
