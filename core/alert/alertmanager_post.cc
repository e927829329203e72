#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "core/alert/message_formats.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxSummary = 1000;
constexpr std::size_t kMaxDescription = 8000;

bool is_over(MessageKind kind) {
  switch (kind) {
    case MessageKind::tell:
    case MessageKind::taken:
    case MessageKind::digest:
    case MessageKind::test:
      return false;
    case MessageKind::ended:
    case MessageKind::canary:
      return true;
  }
  return true;
}

std::string_view alert_name(MessageKind kind) {
  if (kind == MessageKind::canary) return "TidemillCanary";
  if (kind == MessageKind::test) return "TidemillTest";
  return "TidemillAlert";
}

// Labels make the alert what it is, so nothing that changes while it goes on is one of them, but
// the severity, which receivers are chosen by.
Json labels_of(const AlertMessage& message, AlertSeverity severity) {
  Json labels;
  labels.set("alertname", alert_name(message.kind));
  labels.set("severity", to_word(severity));
  const auto add = [&labels](std::string_view name, const std::string& value) {
    if (!value.empty()) labels.set(name, plain_text(value, 500));
  };
  add("dag", message.key.dag);
  add("task", message.key.task);
  add("cause", message.key.cause);
  return labels;
}

Json annotations_of(const AlertMessage& message) {
  Json annotations;
  annotations.set("summary", message_title(message, kMaxSummary));
  annotations.set("description", message_text(message, kMaxDescription));
  if (!message.runbook_url.empty()) annotations.set("runbook_url", message.runbook_url);
  if (!message.run_url.empty()) annotations.set("run_url", message.run_url);
  return annotations;
}

Json alert_of(const AlertMessage& message, AlertSeverity severity) {
  Json alert;
  alert.set("labels", labels_of(message, severity));
  alert.set("annotations", annotations_of(message));
  alert.set("startsAt", format_rfc3339(message.raised_at));
  alert.set("endsAt", format_rfc3339(is_over(message.kind) ? message.at
                                                           : message.at + kAlertmanagerFiringFor));
  if (!message.alert_url.empty()) alert.set("generatorURL", message.alert_url);
  return alert;
}

std::string_view hook_status(const AlertMessage& message) {
  return is_over(message.kind) ? "resolved" : "firing";
}

Json hook_alert(const AlertMessage& message) {
  Json alert;
  alert.set("status", hook_status(message));
  alert.set("labels", labels_of(message, message.severity));
  alert.set("annotations", annotations_of(message));
  alert.set("startsAt", format_rfc3339(message.raised_at));
  alert.set("endsAt", is_over(message.kind) ? format_rfc3339(message.at) : "0001-01-01T00:00:00Z");
  alert.set("generatorURL", message.alert_url);
  alert.set("fingerprint", fmt::format("{:016x}", hash64(dedup_key(message.key))));
  return alert;
}

// Of several alerts of one DAG.
Json common_labels(const AlertMessage& message) {
  Json labels;
  labels.set("alertname", alert_name(message.kind));
  labels.set("dag", plain_text(message.key.dag, 500));
  return labels;
}

}  // namespace

OutgoingPost alertmanager_post(const AlertMessage& message) {
  Json::Array alerts{alert_of(message, message.severity)};
  for (const AlertMessage& other : message.others) {
    alerts.push_back(alert_of(other, other.severity));
  }
  // The severity only rises while an alert is open: what was sent while it was lower ends too.
  if (message.kind == MessageKind::ended) {
    for (const AlertSeverity lower :
         {AlertSeverity::error, AlertSeverity::warning, AlertSeverity::info}) {
      if (lower > message.severity) alerts.push_back(alert_of(message, lower));
    }
  }
  return {"/api/v2/alerts", {{"Content-Type", "application/json"}}, Json(std::move(alerts)).dump()};
}

OutgoingPost webhook_post(const AlertMessage& message) {
  Json::Array alerts{hook_alert(message)};
  for (const AlertMessage& other : message.others) alerts.push_back(hook_alert(other));
  const bool is_one = message.others.empty();
  Json json;
  json.set("version", "4");
  json.set("groupKey", is_one ? dedup_key(message.key) : message.key.dag);
  json.set("truncatedAlerts", 0);
  json.set("status", hook_status(message));
  json.set("receiver", "tidemill");
  Json group;
  if (!message.key.dag.empty()) group.set("dag", message.key.dag);
  json.set("groupLabels", group.is_null() ? Json(Json::Object()) : group);
  json.set("commonLabels", is_one ? labels_of(message, message.severity) : common_labels(message));
  json.set("commonAnnotations", annotations_of(message));
  json.set("externalURL", message.alert_url);
  json.set("notification_reason", to_word(message.kind));
  json.set("alerts", std::move(alerts));
  return {"", {{"Content-Type", "application/json"}}, json.dump()};
}

}  // namespace tidemill
