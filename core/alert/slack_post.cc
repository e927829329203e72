#include "base/json.h"
#include "base/text.h"
#include "core/alert/message_formats.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxHeader = 150;
constexpr std::size_t kMaxSection = 3000;
constexpr std::size_t kMaxContext = 2000;
constexpr std::size_t kMaxUrl = 3000;

// Slack reads &, < and > as its own; the limits count the escaped text.
std::string escaped(std::string_view text, std::size_t max_bytes) {
  const std::string plain = plain_text(text, max_bytes);
  std::string out;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t length = utf8_length(std::string_view(plain).substr(at));
    std::string piece = plain.substr(at, length);
    if (piece == "&") piece = "&amp;";
    if (piece == "<") piece = "&lt;";
    if (piece == ">") piece = "&gt;";
    if (out.size() + piece.size() > max_bytes) break;
    out += piece;
    at += length;
  }
  return out;
}

Json text_object(std::string_view type, std::string text) {
  Json json;
  json.set("type", type);
  json.set("text", std::move(text));
  return json;
}

Json block(std::string_view type, Json text) {
  Json json;
  json.set("type", type);
  json.set("text", std::move(text));
  return json;
}

void add_button(Json::Array& buttons, std::string_view label, const std::string& url) {
  if (url.empty() || url.size() > kMaxUrl) return;
  Json button;
  button.set("type", "button");
  button.set("text", text_object("plain_text", std::string(label)));
  button.set("url", url);
  // A page of ours that asks again; the button itself changes nothing.
  button.set("action_id", "open_" + std::to_string(buttons.size()));
  buttons.push_back(std::move(button));
}

}  // namespace

OutgoingPost slack_post(const AlertMessage& message) {
  Json::Array blocks;
  blocks.push_back(
      block("header", text_object("plain_text", escaped(message_title(message, 300), kMaxHeader))));
  blocks.push_back(
      block("section", text_object("mrkdwn", escaped(message_text(message, 6000), kMaxSection))));
  Json::Array context;
  context.push_back(text_object(
      "mrkdwn", escaped("Tidemill · " + dedup_key(message.key) + " · " + message.id, kMaxContext)));
  Json context_block;
  context_block.set("type", "context");
  context_block.set("elements", std::move(context));
  blocks.push_back(std::move(context_block));
  Json::Array buttons;
  add_button(buttons, "Acknowledge", message.acknowledge_url);
  add_button(buttons, "Alert", message.alert_url);
  add_button(buttons, "Run", message.run_url);
  add_button(buttons, "Runbook", message.runbook_url);
  if (!buttons.empty()) {
    Json actions;
    actions.set("type", "actions");
    actions.set("elements", std::move(buttons));
    blocks.push_back(std::move(actions));
  }
  Json json;
  json.set("text", escaped(message_title(message, 1000), kMaxSection));
  json.set("blocks", std::move(blocks));
  return {"", {{"Content-Type", "application/json"}}, json.dump()};
}

}  // namespace tidemill
