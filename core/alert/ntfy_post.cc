#include "base/json.h"
#include "core/alert/message_formats.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxMessage = 4096;
constexpr std::size_t kMaxTitle = 250;

// 5 rings through "do not disturb"; 1 makes no sound.
int priority_of(const AlertMessage& message) {
  if (message.kind == MessageKind::canary) return 1;
  if (!is_call(message.kind)) return 2;
  switch (message.severity) {
    case AlertSeverity::critical:
      return 5;
    case AlertSeverity::error:
      return 4;
    case AlertSeverity::warning:
      return 3;
    case AlertSeverity::info:
      return 2;
  }
  return 3;
}

std::string_view tag_of(const AlertMessage& message) {
  switch (message.kind) {
    case MessageKind::tell:
    case MessageKind::digest:
      return message.severity == AlertSeverity::critical ? "rotating_light" : "warning";
    case MessageKind::taken:
      return "eyes";
    case MessageKind::ended:
      return "white_check_mark";
    case MessageKind::canary:
      return "baby_chick";
    case MessageKind::test:
      return "test_tube";
  }
  return {};
}

Json::Array actions_of(const AlertMessage& message) {
  Json::Array actions;
  if (!message.acknowledge_url.empty()) {
    Json action;
    action.set("action", "http");
    action.set("label", "Acknowledge");
    action.set("url", message.acknowledge_url);
    action.set("method", "POST");
    action.set("clear", true);
    actions.push_back(std::move(action));
  }
  const auto view = [&actions](std::string_view label, const std::string& url) {
    if (url.empty()) return;
    Json action;
    action.set("action", "view");
    action.set("label", label);
    action.set("url", url);
    actions.push_back(std::move(action));
  };
  view("Run", message.run_url);
  view("Runbook", message.runbook_url);
  return actions;  // three at most, as ntfy takes
}

}  // namespace

OutgoingPost ntfy_post(const AlertMessage& message, const std::string& topic) {
  Json json;
  json.set("topic", topic);
  json.set("title", message_title(message, kMaxTitle));
  json.set("message", message_text(message, kMaxMessage));
  json.set("priority", priority_of(message));
  json.set("tags", Json::Array{Json(tag_of(message))});
  if (!message.alert_url.empty()) json.set("click", message.alert_url);
  const Json::Array actions = actions_of(message);
  if (!actions.empty()) json.set("actions", actions);
  return {"/", {{"Content-Type", "application/json"}}, json.dump()};
}

}  // namespace tidemill
