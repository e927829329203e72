#include <map>

#include "base/text.h"
#include "core/alert/message.h"
#include "core/alert/recipients.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/api/alerts.h"
#include "scheduler/api/guess_gate.h"
#include "scheduler/people/signed_call.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kMaxBytes = 1u << 20;

std::string text_in(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

const Json& member(const Json& object, std::string_view key) {
  static const Json kNone;
  const Json* found = object.find(key);
  return found == nullptr ? kNone : *found;
}

// What PagerDuty says about an incident, as version 3 of its webhooks has it.
struct IncidentEvent {
  std::string id, type, key, by;
};

Result<IncidentEvent> parse_incident(const std::string& body) {
  const Json json = TRY(parse_json(body));
  const Json& event = member(json, "event");
  IncidentEvent incident;
  incident.id = text_in(event, "id");
  incident.type = text_in(event, "event_type");
  incident.key = text_in(member(event, "data"), "incident_key");
  incident.by = plain_text(text_in(member(event, "agent"), "summary"), 100) + " by PagerDuty";
  if (incident.id.empty() || incident.id.size() > 200 || incident.type.empty()) {
    return invalid("event: has no id or no event_type, as a webhook of PagerDuty has");
  }
  return incident;
}

Result<std::optional<AlertRow>> alert_of_key(Database& database, const std::string& key) {
  for (AlertRow& row : TRY(read_alerts_in(database, std::nullopt))) {
    if (dedup_key(row.alert.key) == key) return std::optional<AlertRow>(std::move(row));
  }
  return std::optional<AlertRow>();
}

// What we told PagerDuty comes back as an event: whoever has the alert already keeps it.
std::optional<AlertEvent> event_of(const IncidentEvent& incident, const Alert& alert) {
  const bool taken = alert.state == AlertState::acknowledged || alert.state == AlertState::snoozed;
  if (incident.type == "incident.acknowledged" && !taken) {
    return alert_event::Acknowledge{incident.by, "", {}, ""};
  }
  if (incident.type == "incident.unacknowledged" && alert.state == AlertState::acknowledged) {
    return alert_event::Unacknowledge{incident.by};
  }
  if (incident.type == "incident.resolved") return alert_event::Resolve{incident.by, ""};
  return std::nullopt;
}

Result<Json> take_incident(Database& database, const std::string& source,
                           const IncidentEvent& incident, const PoliciesPtr& policies,
                           WallTime now) {
  if (!TRY(take_event_in(database, source, incident.id, now))) return no_alert_changed();
  const auto alert = TRY(alert_of_key(database, incident.key));
  if (!alert) return no_alert_changed();
  const auto event = event_of(incident, alert->alert);
  if (!event) return no_alert_changed();
  return tell_alert(database, alert->id, *event, policies, now);
}

// The same for a channel that is not there, one that takes no calls, and a wrong signature.
Response not_signed_by_pagerduty() {
  return Response::problem({401,
                            "Not signed",
                            "there is no such channel, or the call is not signed with its secret; "
                            "see X-PagerDuty-Signature",
                            {}});
}

bool is_signed_for(Context& context, const Request& request, const std::string& name) {
  const PoliciesPtr policies = context.policies.current();
  const AlertChannel* channel = policies == nullptr ? nullptr : find_channel(*policies, name);
  const auto* pager = channel == nullptr ? nullptr : std::get_if<PagerDutyChannel>(&channel->kind);
  const std::string* given = request.header("x-pagerduty-signature");
  if (pager == nullptr || pager->signing.name.empty() || given == nullptr) return false;
  const auto secret = context.secrets.get(pager->signing.name);
  return secret.ok() && is_signed_by_pagerduty(request.body, *given, *secret);
}

Result<Response> hear_pagerduty(Context& context, GuessGate& gate, const Request& request) {
  if (const Duration wait = gate.begin(request.remote); wait > Duration{}) {
    return too_many_guesses(wait);
  }
  const std::string& channel = request.capture("channel");
  if (!is_signed_for(context, request, channel)) return not_signed_by_pagerduty();
  gate.was_right(request.remote);
  const IncidentEvent incident = TRY(parse_incident(request.body));
  Mutation mutation;
  mutation.audit = audit_entry(request, "alert.pagerduty", "channel " + channel, "");
  mutation.audit->who = incident.by;
  mutation.audit->via = "signature";
  mutation.store = [source = "pagerduty " + channel, incident,
                    policies = context.policies.current(),
                    now = system_now().wall](Database& database) {
    return take_incident(database, source, incident, policies, now);
  };
  return change(context, request, std::move(mutation));
}

AlertSeverity severity_of(const Json& labels) {
  return alert_severity_from(text_in(labels, "severity")).value_or(AlertSeverity::error);
}

std::string what_of(const Json& alert, const std::string& name) {
  const Json& annotations = member(alert, "annotations");
  for (const char* key : {"summary", "description"}) {
    const std::string text = text_in(annotations, key);
    if (!text.empty()) return plain_text(text, 1000);
  }
  return name;
}

// One alert for each alertname: it fires while any of its alerts in the call does.
Result<std::vector<KeyedAlertEvent>> events_of(const Json::Object& body) {
  const Json json(body);
  const Json& alerts = member(json, "alerts");
  if (text_in(json, "version") != "4" || !alerts.is_array() || alerts.as_array().size() > 1000) {
    return invalid("this is no call of Alertmanager's webhook, version 4");
  }
  std::map<std::string, KeyedAlertEvent> events;
  for (const Json& alert : alerts.as_array()) {
    const Json& labels = member(alert, "labels");
    const std::string name = plain_text(text_in(labels, "alertname"), 100);
    if (name.empty()) return invalid("alerts: one has no label alertname");
    const bool fires = text_in(alert, "status") == "firing";
    const auto known = events.find(name);
    if (known != events.end() && !fires) continue;
    KeyedAlertEvent& keyed = events[name];
    keyed.key = {"", "", name};
    if (fires) {
      keyed.event = alert_event::Raise{AlertFact::failed, severity_of(labels), "", 0};
      keyed.what = what_of(alert, name);
    } else {
      keyed.event = alert_event::Recover{};
    }
  }
  std::vector<KeyedAlertEvent> list;
  for (auto& [name, keyed] : events) list.push_back(std::move(keyed));
  return list;
}

Result<Response> hear_alertmanager(Context& context, const Request& request) {
  const Json::Object call = TRY(request.json());
  auto events = TRY(events_of(call));
  Mutation mutation;
  mutation.audit = audit_entry(request, "alert.alertmanager", "alertmanager", "");
  mutation.weight = events.size();
  mutation.store = [events = std::move(events), policies = context.policies.current(),
                    now = system_now().wall](Database& database) {
    return tell_keyed_alerts(database, events, policies, now);
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

std::vector<http::Route> hook_in_routes(Context& context) {
  const auto gate = std::make_shared<GuessGate>();
  http::Route pagerduty{Method::post,
                        "/api/v1/hooks-in/pagerduty/{channel}",
                        Permission::anyone,
                        {"What PagerDuty says about an incident: signed webhooks, version 3",
                         "Alerts",
                         {},
                         "IncidentEvent",
                         "ChangedAlerts"},
                        handler(context, [gate](Context& shared, const Request& request) {
                          return hear_pagerduty(shared, *gate, request);
                        })};
  pagerduty.webhook = true;
  pagerduty.body = http::Route::Body::raw;
  pagerduty.body_limit = kMaxBytes;
  return {pagerduty,
          make_route(context, Method::post, "/api/v1/hooks-in/alertmanager", Permission::operate,
                     {"What Alertmanager says: its webhook, version 4",
                      "Alerts",
                      {},
                      "AlertmanagerCall",
                      "ChangedAlerts"},
                     hear_alertmanager, kMaxBytes)};
}

}  // namespace tidemill::api
