#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "core/alert/policies_context.h"
#include "core/fields_check.h"
#include "core/parse/values.h"

// `channels:` of the file of alerts.
namespace tidemill {
namespace {

constexpr std::array<std::string_view, 6> kKinds = {"slack", "pagerduty", "alertmanager",
                                                    "ntfy",  "smtp",      "webhook"};

constexpr Duration kLongestResend = std::chrono::hours(24);

class ChannelReader {
 public:
  ChannelReader(PoliciesContext& context, const YamlNode::Entry& entry)
      : context_(context), entry_(entry) {}

  void read();

 private:
  const YamlNode* kind_of();
  // The place of a key of the kind, as "channels.chat.slack.url".
  std::string where(std::string_view key) const {
    return fmt::format("channels.{}.{}.{}", printable(entry_.key, 70), kind_, key);
  }
  SecretName secret(const YamlNode& node, std::string_view key);
  std::string address(const YamlNode& node);
  void read_kind(const YamlNode& node);
  AlertmanagerChannel alertmanager(const YamlNode& node);
  NtfyChannel ntfy(const YamlNode& node);
  SmtpChannel smtp(const YamlNode& node);
  std::string mail_address(const YamlNode& node);
  void password_needs_user(const YamlNode& node);
  void read_ca_file(const YamlNode* node, SmtpChannel& made);

  PoliciesContext& context_;
  const YamlNode::Entry& entry_;
  std::string_view kind_;
  AlertChannel channel_;
};

// Values are never repeated here: what was written may be the secret itself.
SecretName ChannelReader::secret(const YamlNode& parent, std::string_view key) {
  const YamlNode* node = parent.find(key);
  if (node == nullptr) return {};
  const YamlNode* name = node->find("secret");
  if (node->kind != YamlNode::Kind::map || node->entries.size() != 1 || name == nullptr) {
    const std::string say = fmt::format("write {}: {{secret: NAME}}", key);
    context_.findings.add(
        Rule::secret_in_file, node->mark,
        fmt::format("{} must name a secret, and its value must not stand here", where(key)),
        fmt::format("keep it with \"tidemill secrets set NAME\" and {}", say));
    return {};
  }
  if (is_text(name) && is_clear_text(*name) && is_secret_name(name->text)) return {name->text};
  context_.findings.add(Rule::bad_secret_name, name->mark,
                        fmt::format("{} names no secret", where(key)),
                        "names of secrets are letters, digits and _ . - /");
  return {};
}

std::string ChannelReader::address(const YamlNode& parent) {
  const YamlNode* node = parent.find("url");
  if (!is_text(node) || !check_web_address(context_, *node, where("url"))) return {};
  std::string url = node->text;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void ChannelReader::password_needs_user(const YamlNode& node) {
  const YamlNode* password = node.find("password");
  if ((password == nullptr) == (node.find("user") == nullptr)) return;
  context_.findings.add(
      Rule::bad_channel, password != nullptr ? password->mark : node.find("user")->mark,
      fmt::format("{} and password belong together", where("user")), "give both or none");
}

AlertmanagerChannel ChannelReader::alertmanager(const YamlNode& node) {
  AlertmanagerChannel made;
  made.url = address(node);
  read_text(node.find("user"), made.user);
  made.password = secret(node, "password");
  password_needs_user(node);
  context_.read_span(node.find("resend_every"), where("resend_every"), kLongestResend,
                     made.resend_every);
  return made;
}

NtfyChannel ChannelReader::ntfy(const YamlNode& node) {
  NtfyChannel made;
  made.url = address(node);
  made.token = secret(node, "token");
  const YamlNode* topic = node.find("topic");
  if (!read_text(topic, made.topic)) return made;
  const bool fits = !made.topic.empty() && made.topic.size() <= 64 &&
                    std::all_of(made.topic.begin(), made.topic.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '-';
                    });
  if (!fits) {
    context_.findings.add(
        Rule::bad_channel, topic->mark,
        fmt::format("{} cannot be \"{}\"", where("topic"), printable(made.topic, 70)),
        "topics are up to 64 letters, digits, _ and -");
  }
  return made;
}

// Only what keeps a mail in its envelope; the server knows whether there is such a box.
std::string ChannelReader::mail_address(const YamlNode& node) {
  const std::string_view text = node.text;
  const std::size_t at = text.find('@');
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c != 0x7f && c != '<' && c != '>' && c != ',' && c != ';' && c != '"';
  });
  if (!plain || at == 0 || at == std::string_view::npos || at + 1 == text.size() ||
      text.find('@', at + 1) != std::string_view::npos || text.size() > 254) {
    context_.findings.add(Rule::bad_channel, node.mark,
                          fmt::format("\"{}\" is no mail address", printable(text, 70)),
                          "write name@example.org");
  }
  return node.text;
}

SmtpChannel ChannelReader::smtp(const YamlNode& node) {
  SmtpChannel made;
  const YamlNode* host = node.find("host");
  if (read_text(host, made.host) &&
      (made.host.empty() || made.host.find_first_of(" /@\t\r\n") != std::string::npos)) {
    context_.findings.add(Rule::bad_channel, host->mark,
                          fmt::format("{} must be a host name", where("host")),
                          "for example mail.example.org; the port has a key of its own");
  }
  int port = made.port;
  if (read_int(node.find("port"), port) && port > 0 && port <= 65535) {
    made.port = static_cast<std::uint16_t>(port);
  }
  std::string tls;
  read_text(node.find("tls"), tls);
  if (tls == "none") made.tls = SmtpChannel::Tls::none;
  if (tls == "tls") made.tls = SmtpChannel::Tls::tls;
  for_each_text(node.find("from"), [&](const YamlNode& from) { made.from = mail_address(from); });
  for_each_text(node.find("to"), [&](const YamlNode& to) { made.to.push_back(mail_address(to)); });
  if (const YamlNode* to = node.find("to");
      to != nullptr && to->kind == YamlNode::Kind::sequence && to->items.empty()) {
    context_.findings.add(Rule::empty_value, to->mark, fmt::format("{} is empty", where("to")));
  }
  read_text(node.find("user"), made.user);
  made.password = secret(node, "password");
  password_needs_user(node);
  read_ca_file(node.find("ca_file"), made);
  return made;
}

// A path that depends on where the daemon was started would be another file one day.
void ChannelReader::read_ca_file(const YamlNode* node, SmtpChannel& made) {
  if (!read_text(node, made.ca_file) || made.ca_file.starts_with('/')) return;
  context_.findings.add(Rule::bad_channel, node->mark,
                        fmt::format("{} must be an absolute path", where("ca_file")),
                        "for example /etc/tidemill/mail-ca.pem");
}

void ChannelReader::read_kind(const YamlNode& node) {
  if (kind_ == "slack") channel_.kind = SlackChannel{secret(node, "url")};
  if (kind_ == "pagerduty") {
    PagerDutyChannel made{secret(node, "routing_key"), secret(node, "signing")};
    if (node.find("url") != nullptr) made.url = address(node);
    channel_.kind = std::move(made);
  }
  if (kind_ == "alertmanager") channel_.kind = alertmanager(node);
  if (kind_ == "ntfy") channel_.kind = ntfy(node);
  if (kind_ == "smtp") channel_.kind = smtp(node);
  if (kind_ == "webhook") {
    std::string url = node.find("url") != nullptr ? address(node) : "";
    channel_.kind = WebhookChannel{std::move(url), secret(node, "signing")};
  }
}

const YamlNode* ChannelReader::kind_of() {
  const YamlNode* found = nullptr;
  int kinds = 0;
  for (const std::string_view kind : kKinds) {
    const YamlNode* node = entry_.value.find(kind);
    if (node == nullptr) continue;
    ++kinds;
    found = node;
    kind_ = kind;
  }
  if (kinds == 1) return found;
  context_.findings.add(
      Rule::bad_channel, entry_.key_mark,
      fmt::format("the channel {} is {}", printable(entry_.key, 70),
                  kinds == 0 ? "of no kind" : "of several kinds"),
      "give exactly one of slack, pagerduty, alertmanager, ntfy, smtp and webhook");
  return nullptr;
}

void ChannelReader::read() {
  channel_.name = entry_.key;
  if (!is_name(entry_.key, "_", "_-")) context_.bad_name("channel", entry_);
  const YamlNode* node = kind_of();
  if (node != nullptr && node->kind == YamlNode::Kind::map) read_kind(*node);
  const YamlNode* fallback = entry_.value.find("fallback");
  if (read_text(fallback, channel_.fallback)) {
    context_.is_known("channel", fallback->text, "channels", fallback->mark);
  }
  context_.policies.channels.push_back(std::move(channel_));
}

// A channel that falls back on itself in the end is no way out.
void check_fallbacks(PoliciesContext& context) {
  std::map<std::string_view, std::string_view> fallbacks;
  for (const AlertChannel& channel : context.policies.channels) {
    fallbacks[channel.name] = channel.fallback;
  }
  for (const AlertChannel& channel : context.policies.channels) {
    std::string_view at = channel.fallback;
    // A loop of others, further on, has its own findings.
    for (std::size_t hops = 0; hops < fallbacks.size() && !at.empty() && at != channel.name;
         ++hops) {
      const auto next = fallbacks.find(at);
      at = next == fallbacks.end() ? std::string_view() : next->second;
    }
    if (at.empty() || at != channel.name) continue;
    const YamlNode* node = context.root.find("channels")->find(channel.name);
    context.findings.add(
        Rule::bad_channel, node->find("fallback")->mark,
        fmt::format("the channel {} falls back on itself", printable(channel.name, 70)),
        "the last channel of such a chain has no fallback");
  }
}

}  // namespace

bool check_web_address(PoliciesContext& context, const YamlNode& node, std::string_view where) {
  const std::string_view text = node.text;
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  const std::string_view rest = web ? text.substr(text.find("//") + 2) : "";
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos) {
    context.findings.add(Rule::secret_in_file, node.mark,
                         fmt::format("{} has a user or a password in it", where),
                         "leave it out of the address and name a secret");
    return false;
  }
  const bool clean = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c > ' ' && c != 0x7f; });
  if (!host.empty() && host[0] != ':' && clean && text.size() <= 2000) return true;
  context.findings.add(Rule::bad_channel, node.mark,
                       fmt::format("{} is no address that messages can go to", where),
                       "it begins with http:// or https:// and a host");
  return false;
}

void read_channels(PoliciesContext& context) {
  for (const YamlNode::Entry* entry : context.named("channels")) {
    ChannelReader(context, *entry).read();
  }
  check_fallbacks(context);
}

}  // namespace tidemill
