#include "scheduler/api/on_call.h"

#include <algorithm>

#include "base/text.h"
#include "core/alert/ical.h"
#include "core/alert/recipients.h"
#include "scheduler/alerts/on_call.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr Duration kCalendar = std::chrono::hours(24 * 60);
constexpr Duration kLongestOverride = std::chrono::hours(24 * 366);
constexpr std::size_t kMostUsers = 20;

Json::Array list_of(const std::vector<std::string>& users) {
  return Json::Array(users.begin(), users.end());
}

Json override_json(const OverrideRow& row) {
  Json json;
  json.set("override", row.id);
  json.set("rotation", row.rotation);
  json.set("users", list_of(row.users));
  json.set("from", time_or_null(row.from));
  json.set("until", time_or_null(row.until));
  json.set("reason", row.reason);
  json.set("by", row.by);
  json.set("created_at", time_or_null(row.created_at));
  return json;
}

Json::Array overrides_of(const std::vector<OverrideRow>& rows, const std::string& rotation) {
  Json::Array list;
  for (const OverrideRow& row : rows) {
    if (row.rotation == rotation) list.push_back(override_json(row));
  }
  return list;
}

Json rotation_json(const Rotation& rotation, const std::vector<OverrideRow>& rows, WallTime now) {
  Json json;
  json.set("rotation", rotation.name);
  json.set("zone", rotation.zone->name());
  json.set("now", list_of(on_call_at(rotation, now)));
  const auto next = next_shift(rotation, now);
  if (next) {
    Json shift;
    shift.set("users", list_of(next->users));
    shift.set("from", time_or_null(next->from));
    json.set("next", std::move(shift));
  } else {
    json.set("next", Json());
  }
  json.set("overrides", overrides_of(rows, rotation.name));
  return json;
}

// The moment that is asked about, and the file as it is then.
struct View {
  WallTime at;
  PoliciesPtr policies;  // null = there is no file
  std::vector<OverrideRow> overrides;
};

Result<View> look(Context& context, WallTime at) {
  auto database = TRY(context.people.take());
  View view;
  view.at = at;
  view.policies = TRY(with_overrides(*database, context.policies.current(), at));
  view.overrides = TRY(read_overrides(*database, at));
  return view;
}

Result<Response> list_rotations(Context& context, const Request& request) {
  TRY(request.query.only({"at"}));
  WallTime at = system_now().wall;
  if (const std::string* text = request.query.find("at")) at = TRY(parse_rfc3339(*text));
  const View view = TRY(look(context, at));
  Json::Array rotations;
  if (view.policies != nullptr) {
    for (const Rotation& rotation : view.policies->rotations) {
      rotations.push_back(rotation_json(rotation, view.overrides, at));
    }
  }
  Json json;
  json.set("rotations", std::move(rotations));
  return Response::json(json);
}

Error no_rotation(const std::string& name) {
  return not_found(fmt::format("there is no rotation {}", printable(name, 70)));
}

Result<Rotation> find_one(const View& view, const Request& request) {
  const std::string& name = request.capture("rotation");
  const Rotation* found = view.policies == nullptr ? nullptr : find_rotation(*view.policies, name);
  if (found == nullptr) return no_rotation(name);
  return *found;
}

Result<Response> list_overrides(Context& context, const Request& request) {
  const View view = TRY(look(context, system_now().wall));
  const Rotation rotation = TRY(find_one(view, request));
  Json json;
  json.set("overrides", overrides_of(view.overrides, rotation.name));
  return Response::json(json);
}

Result<Response> get_rotation_calendar(Context& context, const Request& request) {
  const View view = TRY(look(context, system_now().wall));
  const Rotation rotation = TRY(find_one(view, request));
  return Response::text(rotation_calendar(rotation, view.at, view.at + kCalendar),
                        "text/calendar; charset=utf-8");
}

// Only somebody whom the file can reach.
Result<std::vector<std::string>> users_member(const Json::Object& body,
                                              const AlertPolicies& policies) {
  const Json* list = find_member(body, "users");
  if (list == nullptr || !list->is_array() || list->as_array().empty() ||
      list->as_array().size() > kMostUsers) {
    return invalid(fmt::format("users: a list of 1 to {} people", kMostUsers));
  }
  std::vector<std::string> users;
  for (const Json& user : list->as_array()) {
    if (!user.is_string()) return invalid("users: a list of names");
    const std::string& name = user.as_string();
    if (find_person(policies, name) == nullptr) {
      return invalid(
          fmt::format("users: {} is not among the people of the file of alerts, so "
                      "nobody could reach them",
                      printable(name, 70)));
    }
    if (std::find(users.begin(), users.end(), name) == users.end()) users.push_back(name);
  }
  return users;
}

Result<OverrideRow> read_override(const Request& request, const View& view) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"users", "from", "until", "reason"}));
  OverrideRow row;
  row.rotation = TRY(find_one(view, request)).name;
  row.users = TRY(users_member(body, *view.policies));
  row.from = TRY(time_member(body, "from")).value_or(view.at);
  const auto until = TRY(time_member(body, "until"));
  if (!until) return invalid("until: say when it ends, as an RFC 3339 time");
  row.until = *until;
  if (*until <= view.at) return invalid("until: is in the past");
  if (*until <= row.from) return invalid("until: is not after from");
  if (*until - row.from > kLongestOverride) return invalid("until: at most a year after from");
  row.reason = TRY(text_member(body, "reason"));
  if (row.reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  row.by = request.who.name;
  row.created_at = view.at;
  return row;
}

Result<Response> make_override(Context& context, const Request& request) {
  const View view = TRY(look(context, system_now().wall));
  const OverrideRow row = TRY(read_override(request, view));
  Mutation mutation;
  mutation.audit = audit_entry(request, "oncall.override", "rotation " + row.rotation, "");
  mutation.audit->detail = request.body;
  mutation.store = [row](Database& database) -> Result<Json> {
    OverrideRow stored = row;
    TRY(add_override(database, stored));
    Json json;
    json.set("override", stored.id);
    json.set("oncall", stored.rotation);
    return json;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 201;
  return response;
}

Result<Response> drop_override(Context& context, const Request& request) {
  const std::string& text = request.capture("override");
  const std::string& rotation = request.capture("rotation");
  const Error missing = not_found(
      fmt::format("there is no override {} of {}", printable(text, 40), printable(rotation, 70)));
  const auto id = to_int(text);
  if (!id) return missing;
  Mutation mutation;
  mutation.audit = audit_entry(request, "oncall.remove_override",
                               fmt::format("override {} of {}", *id, rotation), "");
  mutation.store = [id = *id, rotation, missing, by = request.who.name,
                    now = system_now().wall](Database& database) -> Result<Json> {
    const auto row = TRY(read_override(database, id));
    if (!row || row->rotation != rotation || row->removed_at.us != 0) return missing;
    TRY(remove_override(database, id, now, by));
    Json json;
    json.set("override", id);
    json.set("oncall", rotation);
    return json;
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> on_call_routes(Context& context) {
  using http::Method;
  return {
      make_route(context, Method::get, "/api/v1/oncall", Permission::read,
                 {"Who is on call in each rotation, now and next",
                  "On call",
                  {{"at", "string", "Another moment than now, RFC 3339"}},
                  "",
                  "OnCallList"},
                 list_rotations),
      make_route(context, Method::get, "/api/v1/oncall/{rotation}/overrides", Permission::read,
                 {"Who is on call in place of the turn", "On call", {}, "", "OverrideList"},
                 list_overrides),
      make_route(
          context, Method::post, "/api/v1/oncall/{rotation}/overrides", Permission::operate,
          {"Put others on call for a while", "On call", {}, "NewOverride", "OverrideMade", 201},
          make_override),
      make_route(context, Method::delete_, "/api/v1/oncall/{rotation}/overrides/{override}",
                 Permission::operate, {"Take an override back", "On call", {}, "", "OverrideMade"},
                 drop_override),
      make_route(
          context, Method::get, "/api/v1/oncall/{rotation}/calendar.ics", Permission::read,
          {"The shifts of the next 60 days as a calendar (text/calendar)", "On call", {}, "", ""},
          get_rotation_calendar),
  };
}

}  // namespace tidemill::api
