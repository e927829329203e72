#include "core/alert/ack_page.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "core/alert/message.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/api/alerts.h"
#include "scheduler/api/guess_gate.h"
#include "scheduler/people/base64.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

// What a link is about.
struct Linked {
  OutboxRow message;
  AlertRow alert;
  std::vector<AlertRow> others;  // told by the same message, as far as nobody has taken them
};

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

// The style stands in the page and nothing else is allowed.
const std::string& page_policy() {
  static const std::string kPolicy =
      "default-src 'none'; style-src 'sha256-" +
      to_base64(bytes_of_hex(sha256_hex(ack_page_style()))) +
      "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  return kPolicy;
}

Response page(const AckPage& content, int status = 200) {
  Response response = Response::text(ack_page_html(content), "text/html; charset=utf-8");
  response.status = status;
  response.with("Content-Security-Policy", page_policy());
  return response;
}

Response unknown_link() {
  AckPage content;
  content.title = "This link is not known here";
  content.detail = "It may have been cut off on its way. Open it from the message once more.";
  return page(content, 404);
}

// The failure that a page shows; another one since then is another matter.
std::string seen_mark(const Alert& alert) { return sha256_hex(alert.signature).substr(0, 16); }

std::string name_of(const Linked& linked) {
  if (linked.others.empty()) return fmt::format("alert {}", linked.alert.id);
  return fmt::format("alert {} and {} more", linked.alert.id, linked.others.size());
}

std::string who_taps(const OutboxRow& message) {
  return message.person.empty() ? "somebody in " + message.channel : message.person;
}

AckPage about(const Linked& linked) {
  const Alert& alert = linked.alert.alert;
  AckPage content;
  content.alert = true;
  content.what = linked.alert.what;
  content.scope = scope_words(alert.key);
  content.severity = alert.severity;
  content.since = alert.raised_at;
  content.count = alert.count;
  content.seen = seen_mark(alert);
  for (const AlertRow& other : linked.others) content.others.push_back(other.what);
  return content;
}

std::string state_title(const Alert& alert) {
  switch (alert.state) {
    case AlertState::firing:
      return "Nobody has taken this alert yet";
    case AlertState::acknowledged:
      return alert.by + " takes care of it";
    case AlertState::snoozed:
      return alert.by + " snoozed it until " + format_rfc3339(alert.until);
    case AlertState::suppressed:
      return "This alert is silenced";
    case AlertState::resolved:
      return alert.by.empty() ? "It is over: it works again"
                              : "It is over: " + alert.by + " resolved it";
  }
  return {};
}

// Why the link does nothing any more; empty = it can be used.
std::string why_not(const Linked& linked, WallTime now) {
  const Alert& alert = linked.alert.alert;
  if (alert.raised_at != linked.message.episode) {
    return "This link is of an earlier time. The newer message has a new one.";
  }
  if (linked.message.tapped_at.us != 0) return "This link was used already.";
  if (now > linked.message.created_at + kLinkLasts) {
    return "This link is more than a day old and works no longer.";
  }
  return {};
}

bool can_take(const Alert& alert) {
  return alert.state == AlertState::firing || alert.state == AlertState::suppressed;
}

Result<std::vector<AlertRow>> read_others(Database& database, const OutboxRow& message) {
  std::vector<AlertRow> others;
  for (const OutboxRow& row : TRY(read_told_together(database, message))) {
    auto alert = TRY(read_alert(database, row.alert));
    if (!alert || alert->alert.raised_at != row.episode || !can_take(alert->alert)) continue;
    others.push_back(std::move(*alert));
  }
  return others;
}

Result<std::optional<Linked>> find_linked(Database& database, const AckLinks& links,
                                          std::string_view token) {
  const auto id = AckLinks::message_of(token);
  if (!id) return std::optional<Linked>();
  auto message = TRY(read_message(database, *id));
  if (!message || message->alert == 0 || !links.is_good(token, *message)) {
    return std::optional<Linked>();
  }
  auto alert = TRY(read_alert(database, message->alert));
  if (!alert) return std::optional<Linked>();
  std::vector<AlertRow> others = TRY(read_others(database, *message));
  return std::optional<Linked>(Linked{std::move(*message), std::move(*alert), std::move(others)});
}

Response show(const Linked& linked, const std::string& detail = "") {
  AckPage content = about(linked);
  content.title = state_title(linked.alert.alert);
  const std::string why = why_not(linked, system_now().wall);
  content.button = why.empty() && (can_take(linked.alert.alert) || !linked.others.empty());
  content.detail = detail.empty() ? why : detail;
  return page(content);
}

Result<Json> take_all(Database& database, const std::vector<AlertRow>& alerts,
                      const std::string& who, const PoliciesPtr& policies, WallTime now) {
  Json::Array changed;
  for (const AlertRow& row : alerts) {
    const alert_event::Acknowledge event{who, "by link", {}, row.alert.signature};
    const Json told = TRY(tell_alert(database, row.id, event, policies, now));
    for (const Json& one : told.find("alerts")->as_array()) changed.push_back(one);
  }
  Json answer;
  answer.set("alerts", std::move(changed));
  return answer;
}

// Inside the transaction: once, and only what is still as it was shown.
Result<Json> take_by_link(Database& database, const Linked& linked, const std::string& seen,
                          const PoliciesPtr& policies, WallTime now) {
  const auto message = TRY(read_message(database, linked.message.id));
  const auto alert = TRY(read_alert(database, linked.alert.id));
  if (!message || !alert) return no_alert_changed();
  const Linked still{*message, *alert, TRY(read_others(database, *message))};
  const bool takes = can_take(alert->alert);
  if (!why_not(still, now).empty()) return no_alert_changed();
  if (takes && !seen.empty() && seen != seen_mark(alert->alert)) return no_alert_changed();
  std::vector<AlertRow> all = still.others;
  if (takes) all.insert(all.begin(), still.alert);
  if (all.empty()) return no_alert_changed();
  TRY(mark_tapped(database, message->id, now));
  return take_all(database, all, who_taps(*message), policies, now);
}

// "seen=0123456789abcdef" as the form of the page sends it; a phone's button sends nothing.
std::string seen_of(const std::string& body) {
  constexpr std::string_view kName = "seen=";
  return body.starts_with(kName) ? body.substr(kName.size(), 16) : std::string();
}

// Wrong links are counted by address; the answer is then there at once.
struct Found {
  std::optional<Linked> linked;
  std::optional<Response> refusal;
};
Result<Found> look_up(Context& context, GuessGate& gate, const Request& request) {
  if (const Duration wait = gate.begin(request.remote); wait > Duration{}) {
    return Found{std::nullopt, too_many_guesses(wait)};
  }
  auto database = TRY(context.people.take());
  auto linked = TRY(find_linked(*database, context.links, request.capture("token")));
  if (!linked) return Found{std::nullopt, unknown_link()};
  gate.was_right(request.remote);
  return Found{std::move(linked), std::nullopt};
}

Result<Response> show_link(Context& context, GuessGate& gate, const Request& request) {
  Found found = TRY(look_up(context, gate, request));
  if (found.refusal) return std::move(*found.refusal);
  return show(*found.linked);
}

Result<Response> use_ack_link(Context& context, GuessGate& gate, const Request& request) {
  Found found = TRY(look_up(context, gate, request));
  if (found.refusal) return std::move(*found.refusal);
  const Linked linked = std::move(*found.linked);
  const std::string seen = seen_of(request.body);
  Mutation mutation;
  mutation.audit = audit_entry(request, "alert.acknowledge", name_of(linked),
                               linked.alert.alert.key.dag);
  mutation.audit->who = who_taps(linked.message);
  mutation.audit->via = "link";
  mutation.store = [linked, seen, policies = context.policies.current(),
                    now = system_now().wall](Database& database) {
    return take_by_link(database, linked, seen, policies, now);
  };
  TRY(change(context, request, std::move(mutation)));
  auto database = TRY(context.people.take());
  const auto after = TRY(find_linked(*database, context.links, request.capture("token")));
  if (!after) return unknown_link();
  if (can_take(after->alert.alert) && why_not(*after, system_now().wall).empty()) {
    return show(*after, "It has become another failure since. Look at it and tap once more.");
  }
  const bool taken = after->alert.alert.state == AlertState::acknowledged;
  return show(*after, taken ? "Nobody is called about it any more." : "");
}

}  // namespace

std::vector<http::Route> ack_page_routes(Context& context) {
  const auto gate = std::make_shared<GuessGate>();
  const auto with_gate = [&](auto function) {
    return handler(context, [gate, function](Context& shared, const Request& request) {
      return function(shared, *gate, request);
    });
  };
  http::Route show_it{
      http::Method::get,
      "/ack/{token}",
      Permission::anyone,
      {"The page behind the link of a message: what broke and one button", "Alerts"},
      with_gate(show_link)};
  http::Route use_it{http::Method::post,
                     "/ack/{token}",
                     Permission::anyone,
                     {"Take the alert of a message by its link", "Alerts"},
                     with_gate(use_ack_link)};
  // The token is the right; who else is signed in on that phone does not count.
  use_it.webhook = true;
  use_it.body = http::Route::Body::raw;
  use_it.body_limit = 4096;
  return {show_it, use_it};
}

}  // namespace tidemill::api
