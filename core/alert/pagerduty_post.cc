#include "base/json.h"
#include "base/text.h"
#include "core/alert/message_formats.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxPagerDutySummary = 1024;
constexpr std::size_t kMaxStory = 100'000;  // the whole body may have 512 KB

std::string_view action_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::tell:
    case MessageKind::digest:
    case MessageKind::test:
    case MessageKind::canary:
      return "trigger";
    case MessageKind::taken:
      return "acknowledge";
    case MessageKind::ended:
      return "resolve";
  }
  return {};
}

Json::Array links_json(const AlertMessage& message) {
  Json::Array links;
  const auto add = [&links](const std::string& href, std::string_view text) {
    if (href.empty()) return;
    Json link;
    link.set("href", href);
    link.set("text", text);
    links.push_back(std::move(link));
  };
  add(message.alert_url, "Alert");
  add(message.run_url, "Run");
  add(message.runbook_url, "Runbook");
  return links;
}

Json details_of(const AlertMessage& message) {
  Json details;
  details.set("dag", message.key.dag);
  details.set("task", message.key.task);
  details.set("cause", message.key.cause);
  details.set("count", static_cast<std::int64_t>(message.count));
  details.set("since", format_rfc3339(message.raised_at));
  details.set("message", message_text(message, kMaxStory));
  return details;
}

Json payload_of(const AlertMessage& message) {
  Json payload;
  payload.set("summary", message_title(message, kMaxPagerDutySummary));
  payload.set("source", "tidemill");
  payload.set("timestamp", format_rfc3339(message.at));
  if (message.kind != MessageKind::canary) {
    // The four words are the same as ours.
    payload.set("severity", to_word(message.severity));
    payload.set("component", scope_words(message.key));
    if (!message.key.dag.empty()) payload.set("group", message.key.dag);
    payload.set("class", plain_text(message.key.cause, 255));
  }
  payload.set("custom_details", details_of(message));
  return payload;
}

}  // namespace

OutgoingPost pagerduty_post(const AlertMessage& message, const std::string& routing_key) {
  const bool change = message.kind == MessageKind::canary;
  Json json;
  json.set("routing_key", routing_key);
  if (!change) {
    json.set("event_action", action_of(message.kind));
    // A test is an incident of its own.
    json.set("dedup_key", message.kind == MessageKind::test ? "tidemill test " + message.id
                                                            : dedup_key(message.key));
  }
  if (is_call(message.kind) || change) {
    json.set("payload", payload_of(message));
    const Json::Array links = links_json(message);
    if (!links.empty()) json.set("links", links);
    if (!change) json.set("client", "Tidemill");
    if (!change && !message.alert_url.empty()) json.set("client_url", message.alert_url);
  }
  return {change ? "/v2/change/enqueue" : "/v2/enqueue",
          {{"Content-Type", "application/json"}},
          json.dump()};
}

}  // namespace tidemill
