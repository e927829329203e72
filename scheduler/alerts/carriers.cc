#include "scheduler/alerts/carriers.h"

#include <fmt/format.h>

#include <utility>

#include "scheduler/http/outgoing_url.h"
#include "scheduler/people/base64.h"
#include "scheduler/people/signed_call.h"
#include "scheduler/waits/private_network.h"

namespace tidemill {
namespace {

using http::Prober;
using Kind = DeliveryOutcome::Kind;

http::ProbeRules probe_rules(const Carriers::World& world) {
  http::ProbeRules rules;
  rules.limit = world.limit;
  rules.refuse = [allowed = world.private_networks](const std::string& address) {
    return refuse_address(address, allowed);
  };
  return rules;
}

Prober::Post at(std::string base, OutgoingPost content) {
  if (!content.path.empty()) {
    while (base.ends_with('/')) base.pop_back();
  }
  return {base + content.path, std::move(content.headers), std::move(content.body)};
}

std::string name_of_secret(const SecretName& name) { return "the secret " + name.name; }

// An address that is a secret is not repeated in the words of an error.
Status check_secret_url(const std::string& url, const SecretName& name) {
  if (http::parse_outgoing_url(url).ok()) return Ok{};
  return invalid(name_of_secret(name) + " is no address that can be asked");
}

// A header value of one line; what a secret holds must not become a second header.
Status check_one_line(const std::string& value, const SecretName& name) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      return invalid(name_of_secret(name) + " holds a line break or another control character");
    }
  }
  return Ok{};
}

bool is_webhook(const AlertChannel& channel) {
  return std::holds_alternative<SlackChannel>(channel.kind) ||
         std::holds_alternative<WebhookChannel>(channel.kind);
}

DeliveryOutcome outcome_of(const Error& error) {
  return {error.code == ErrorCode::invalid ? Kind::refused : Kind::retry, error.message, {}};
}

}  // namespace

Carriers::Carriers(World world)
    : world_(std::move(world)),
      prober_(probe_rules(world_)),
      mailer_([allowed = world_.private_networks](const std::string& address) {
        return refuse_address(address, allowed);
      }) {}

// A secret that is not there yet may be there at the next try.
Result<std::string> Carriers::secret(const SecretName& name) const {
  if (name.name.empty()) return std::string();
  auto value = world_.secret(name.name);
  if (value.ok()) return value;
  if (value.error().code != ErrorCode::not_found) {
    return unavailable(name_of_secret(name) + " cannot be read");
  }
  return unavailable(fmt::format("there is no secret {0}: tidemill secrets set {0}", name.name));
}

Result<Prober::Post> Carriers::call_of(const AlertChannel& channel,
                                       const AlertMessage& message) const {
  if (const auto* slack = std::get_if<SlackChannel>(&channel.kind)) {
    const std::string url = TRY(secret(slack->url));
    TRY(check_secret_url(url, slack->url));
    return at(url, slack_post(message));
  }
  if (const auto* pager = std::get_if<PagerDutyChannel>(&channel.kind)) {
    return at(pager->url, pagerduty_post(message, TRY(secret(pager->routing_key))));
  }
  if (const auto* manager = std::get_if<AlertmanagerChannel>(&channel.kind)) {
    auto call = at(manager->url, alertmanager_post(message));
    const std::string password = TRY(secret(manager->password));
    if (!password.empty()) {
      call.headers.emplace_back("Authorization",
                                "Basic " + to_base64(manager->user + ":" + password));
    }
    return call;
  }
  if (const auto* ntfy = std::get_if<NtfyChannel>(&channel.kind)) {
    auto call = at(ntfy->url, ntfy_post(message, ntfy->topic));
    const std::string token = TRY(secret(ntfy->token));
    TRY(check_one_line(token, ntfy->token));
    if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
    return call;
  }
  const auto& hook = std::get<WebhookChannel>(channel.kind);
  auto call = at(hook.url, webhook_post(message));
  const std::string stamp = std::to_string(system_now().wall.us / 1'000'000);
  const std::string key = TRY(secret(hook.signing));
  call.headers.emplace_back("webhook-id", message.id);
  call.headers.emplace_back("webhook-timestamp", stamp);
  if (!key.empty()) {
    const SignedCall signed_call{message.id, stamp, "", call.body};
    call.headers.emplace_back("webhook-signature", TRY(sign_call(signed_call, key)));
  }
  return call;
}

Result<Mail> Carriers::mail_of(const SmtpChannel& channel, const AlertMessage& message) const {
  return Mail{channel, TRY(secret(channel.password)),
              mail_text(message, {channel.from, channel.to})};
}

void Carriers::post(Result<Prober::Post> post, bool may_go, Answer answer) {
  if (!post.ok()) return answer(outcome_of(post.error()));
  prober_.post(std::move(post).value(),
               [may_go, answer = std::move(answer)](const Result<Prober::Heard>& heard) {
                 answer(heard.ok() ? judge_http(heard->status, heard->retry_after, may_go)
                                   : outcome_of(heard.error()));
               });
}

void Carriers::carry(const AlertChannel& channel, const AlertMessage& message, Answer answer) {
  const auto* smtp = std::get_if<SmtpChannel>(&channel.kind);
  if (smtp == nullptr) {
    return post(call_of(channel, message), is_webhook(channel), std::move(answer));
  }
  auto mail = mail_of(*smtp, message);
  if (!mail.ok()) return answer(outcome_of(mail.error()));
  mailer_.send(std::move(mail).value(), std::move(answer));
}

void Carriers::ask(const std::string& url, std::function<void(Result<int>)> answer) {
  prober_.ask({url, false}, std::move(answer));
}

}  // namespace tidemill
