// A message in the form of each service, exactly as its documentation asks: values in, bytes out.
// What a text holds never breaks the form, and every length is within the limit of the service.
// Signatures and passwords are added by whoever sends.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/alert/message.h"

namespace tidemill {

struct OutgoingPost {
  std::string path;  // after the address of the channel; empty = the address is complete
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON
};

// Incoming webhooks of Slack: header <= 150, section <= 3000 characters, buttons that are links.
OutgoingPost slack_post(const AlertMessage& message);

// Events API v2: tell and digest trigger, taken acknowledges, ended resolves. A canary is a change
// event, which pages nobody.
OutgoingPost pagerduty_post(const AlertMessage& message, const std::string& routing_key);

// POST /api/v2/alerts of Alertmanager. A canary is over when it arrives, so it is never passed on.
// While it goes on it ends `firing_for` after the message.
inline constexpr Duration kAlertmanagerFiringFor = std::chrono::hours(24 * 30);
OutgoingPost alertmanager_post(const AlertMessage& message);

// The JSON form of ntfy, with a button that acknowledges at one tap.
OutgoingPost ntfy_post(const AlertMessage& message, const std::string& topic);

// The body of Alertmanager's webhook, version 4, which receivers exist for. Standard Webhooks puts
// the id, the time and the signature into headers.
OutgoingPost webhook_post(const AlertMessage& message);

struct MailEnvelope {
  std::string from;             // "tidemill@example.org"
  std::vector<std::string> to;  // never empty
};
// A whole mail with CRLF: text and HTML, an id that is the same for every try, and a thread for
// every alert. Addresses hold no control characters, or they are left out.
std::string mail_text(const AlertMessage& message, const MailEnvelope& envelope);

}  // namespace tidemill
