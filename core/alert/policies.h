// The file of alerts as a value: where messages can go, who they go to, who is on call and who is
// told when. Names are unique in each list; what refers to a name that is not there does not parse.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/alert/escalation.h"
#include "core/alert/rotation.h"

namespace tidemill {

// The name of a secret of the store; empty = none is needed. The value itself never stands here.
struct SecretName {
  std::string name;
};

struct SlackChannel {
  SecretName url;  // of the incoming webhook
};
struct PagerDutyChannel {
  SecretName routing_key;
  SecretName signing;  // of calls that come in; empty = none are taken
  std::string url = "https://events.pagerduty.com";
};
struct AlertmanagerChannel {
  std::string url;  // without /api/v2/alerts
  std::string user;
  SecretName password;
  // It keeps nothing when it starts anew, so what goes on is told again; 0 = never.
  Duration resend_every = std::chrono::minutes(1);
};
struct NtfyChannel {
  std::string url;  // of the server
  std::string topic;
  SecretName token;
};
struct SmtpChannel {
  enum class Tls : std::uint8_t { none, starttls, tls };
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::string from, user;
  SecretName password;
  std::vector<std::string> to;  // never empty
  std::string ca_file;          // who signs its certificate; empty = whom the system trusts
};
struct WebhookChannel {  // Standard Webhooks
  std::string url;
  SecretName signing;
};

struct AlertChannel {
  std::string name;
  std::variant<SlackChannel, PagerDutyChannel, AlertmanagerChannel, NtfyChannel, SmtpChannel,
               WebhookChannel>
      kind;
  std::string fallback;  // channel to use while this one is failing; empty = none
};

struct OnCallPerson {
  std::string user;                   // a user of Tidemill
  std::vector<std::string> channels;  // all of them are used; never empty
};

struct AlertPolicies {
  std::vector<AlertChannel> channels;
  std::vector<OnCallPerson> people;
  std::vector<Rotation> rotations;
  std::vector<EscalationPolicy> policies;
  std::string default_policy;  // of alerts whose DAG names none; empty = they are only shown
  std::string check_in_url;    // asked every minute while all is well; empty = nobody watches
  Duration canary_every{};     // through each channel; 0 = never
};

}  // namespace tidemill
