#include "base/text.h"
#include "core/alert/recipients.h"
#include "scheduler/alerts/on_call.h"
#include "scheduler/api/alerts.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string_view kind_of(const AlertChannel& channel) {
  struct Kind {
    std::string_view operator()(const SlackChannel&) const { return "slack"; }
    std::string_view operator()(const PagerDutyChannel&) const { return "pagerduty"; }
    std::string_view operator()(const AlertmanagerChannel&) const { return "alertmanager"; }
    std::string_view operator()(const NtfyChannel&) const { return "ntfy"; }
    std::string_view operator()(const SmtpChannel&) const { return "smtp"; }
    std::string_view operator()(const WebhookChannel&) const { return "webhook"; }
  };
  return std::visit(Kind{}, channel.kind);
}

std::string_view state_of(const ChannelRow& row) {
  if (row.disabled) return "gone";
  if (row.failing_since.us != 0) return "failing";
  return row.last_success.us == 0 ? "unknown" : "works";
}

Result<Json> channel_json(Database& database, const AlertChannel& channel) {
  const ChannelRow row = TRY(read_channel(database, channel.name));
  const ChannelLoad load = TRY(read_channel_load(database, channel.name));
  Json json;
  json.set("channel", channel.name);
  json.set("kind", kind_of(channel));
  json.set("state", state_of(row));
  json.set("fallback", text_or_null(channel.fallback));
  json.set("last_success", time_or_null(row.last_success));
  json.set("last_failure", time_or_null(row.last_failure));
  json.set("last_error", text_or_null(row.last_error));
  json.set("failing_since", time_or_null(row.failing_since));
  json.set("pending", load.pending);
  json.set("oldest_pending", time_or_null(load.oldest));
  return json;
}

Result<Response> list_channels(Context& context, const Request&) {
  const PoliciesPtr policies = context.policies.current();
  auto database = TRY(context.people.take());
  Json::Array channels;
  if (policies != nullptr) {
    for (const AlertChannel& channel : policies->channels) {
      channels.push_back(TRY(channel_json(*database, channel)));
    }
  }
  Json json;
  json.set("channels", std::move(channels));
  return Response::json(json);
}

Json message_json(const OutboxRow& row) {
  Json json;
  json.set("message", row.id);
  json.set("alert", row.alert == 0 ? Json() : Json(row.alert));
  json.set("kind", to_word(row.kind));
  json.set("channel", row.channel);
  json.set("person", text_or_null(row.person));
  json.set("step", static_cast<std::int64_t>(row.step));
  json.set("round", static_cast<std::int64_t>(row.round));
  json.set("state", to_word(row.state));
  json.set("tries", static_cast<std::int64_t>(row.tries));
  json.set("created_at", time_or_null(row.created_at));
  json.set("sent_at", time_or_null(row.sent_at));
  json.set("error", text_or_null(row.last_error));
  return json;
}

Result<Response> get_message(Context& context, const Request& request) {
  const std::string& text = request.capture("message");
  const auto id = to_int(text);
  auto database = TRY(context.people.take());
  const auto row = id ? TRY(read_message(*database, *id)) : std::optional<OutboxRow>();
  if (!row) return not_found(fmt::format("there is no message {}", printable(text, 40)));
  return Response::json(message_json(*row));
}

OutboxRow test_message(const std::string& channel, const std::string& by, WallTime now) {
  OutboxRow row;
  row.kind = MessageKind::test;
  row.channel = channel;
  row.severity = AlertSeverity::info;
  row.text = fmt::format("{} tries the channel {} of Tidemill", by, channel);
  row.due_at = row.created_at = row.episode = now;
  return row;
}

// Stores the messages, which the courier then sends; answers with `answer` and their numbers.
Result<Response> send(Context& context, const Request& request, const std::string& action,
                      const std::string& object, std::vector<OutboxRow> rows) {
  Mutation mutation;
  mutation.audit = audit_entry(request, action, object, "");
  mutation.store = [rows = std::move(rows)](Database& database) -> Result<Json> {
    Json::Array messages;
    for (OutboxRow row : rows) {
      TRY(add_message(database, row));
      messages.push_back(message_json(row));
    }
    Json answer;
    answer.set("outbox", static_cast<std::int64_t>(messages.size()));
    answer.set("messages", std::move(messages));
    return answer;
  };
  Response response = TRY(change(context, request, std::move(mutation)));
  response.status = 202;
  return response;
}

Result<Response> test_channel(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {}));
  const std::string& name = request.capture("channel");
  const PoliciesPtr policies = context.policies.current();
  if (policies == nullptr || find_channel(*policies, name) == nullptr) {
    return not_found(fmt::format("there is no channel {}", printable(name, 60)));
  }
  return send(context, request, "channel.test", "channel " + name,
              {test_message(name, request.who.name, system_now().wall)});
}

// Everybody whom an alert of this severity would reach in the first round, were nobody to take it.
std::vector<OutboxRow> chain_of(const AlertPolicies& policies, const EscalationPolicy& policy,
                                AlertSeverity severity, const std::string& by, WallTime now) {
  std::vector<OutboxRow> rows;
  WallTime at = now;
  for (std::uint32_t step = 0; step < policy.steps.size(); ++step) {
    if (!applies(policy.steps[step], policy, severity, at)) continue;
    for (const Recipient& to : reach(policies, policy, step, at).who) {
      OutboxRow row = test_message(to.channel, by, now);
      row.person = to.person;
      row.step = step;
      row.severity = severity;
      row.text = fmt::format("{} walks the policy {}: step {} of an alert with severity {}", by,
                             policy.name, step + 1, to_word(severity));
      rows.push_back(std::move(row));
    }
    at = at + policy.steps[step].wait;
  }
  return rows;
}

Result<Response> test_chain(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"severity", "policy"}));
  const auto severity = alert_severity_from(TRY(text_member(body, "severity", "critical")));
  if (!severity) return invalid("severity: critical, error, warning or info");
  const std::string name = TRY(text_member(body, "policy"));
  const WallTime now = system_now().wall;
  auto database = TRY(context.people.take());
  const PoliciesPtr policies = TRY(with_overrides(*database, context.policies.current(), now));
  const EscalationPolicy* policy = policies == nullptr ? nullptr : find_policy(*policies, name);
  if (policy == nullptr || (!name.empty() && policy->name != name)) {
    return not_found(name.empty() ? "there is no default policy: name one, or a file of alerts "
                                    "with --alerts"
                                  : fmt::format("there is no policy {}", printable(name, 60)));
  }
  auto rows = chain_of(*policies, *policy, *severity, request.who.name, now);
  if (rows.empty()) {
    return conflict(fmt::format("an alert with severity {} would reach nobody now by the policy {}",
                                to_word(*severity), policy->name));
  }
  return send(context, request, "alert.test", "policy " + policy->name, std::move(rows));
}

}  // namespace

std::vector<http::Route> channel_routes(Context& context) {
  return {
      make_route(
          context, Method::get, "/api/v1/channels", Permission::operate,
          {"Where messages go, and whether they get through", "Alerts", {}, "", "ChannelList"},
          list_channels),
      make_route(context, Method::post, "/api/v1/channels/{channel}/test", Permission::operate,
                 {"Send a test through a channel", "Alerts", {}, "", "Messages", 202},
                 test_channel),
      make_route(context, Method::post, "/api/v1/alert_tests", Permission::operate,
                 {"Send a test to everybody whom an alert would reach",
                  "Alerts",
                  {},
                  "AlertTest",
                  "Messages",
                  202},
                 test_chain),
      make_route(context, Method::get, "/api/v1/messages/{message}", Permission::operate,
                 {"What became of a message", "Alerts", {}, "", "Message"}, get_message),
  };
}

}  // namespace tidemill::api
