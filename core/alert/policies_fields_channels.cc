#include "core/alert/policies_fields.h"

// Where messages can go.
namespace tidemill {
namespace {

// Read by hand, so that no finding repeats what may be the secret itself.
constexpr Field kSecretFields[] = {
    {.key = "secret",
     .pattern = "^[A-Za-z0-9_./-]{1,128}$",
     .description = "The name of a secret of the store.",
     .example = "\"slack_hook\"",
     .required = true},
};

constexpr std::string_view kTlsWords[] = {"none", "starttls", "tls"};

constexpr Field kSlackFields[] = {
    {.key = "url",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds the address of an incoming webhook.",
     .example = "{\"secret\": \"slack_hook\"}",
     .required = true},
};

constexpr Field kPagerDutyFields[] = {
    {.key = "routing_key",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds the integration key of the service (Events API v2).",
     .example = "{\"secret\": \"pd_key\"}",
     .required = true},
    {.key = "signing",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that signs PagerDuty's own webhooks, so that an acknowledgement "
                    "there counts here. Without it, none are taken.",
     .example = "{\"secret\": \"pd_hook\"}"},
    {.key = "url",
     .fallback = "\"https://events.pagerduty.com\"",
     .description = "Another address of the service, as that of its European region.",
     .example = "\"https://events.eu.pagerduty.com\""},
};

constexpr Field kAlertmanagerFields[] = {
    {.key = "url",
     .description = "The address of an Alertmanager, without /api/v2/alerts.",
     .example = "\"http://127.0.0.1:9093\"",
     .required = true},
    {.key = "user", .description = "For basic authentication.", .example = "\"tidemill\""},
    {.key = "password",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds the password of `user`.",
     .example = "{\"secret\": \"alertmanager\"}"},
    {.key = "resend_every",
     .kind = FieldKind::duration,
     .fallback = "\"1m\"",
     .description = "How often it is told again of what goes on, because it keeps nothing when it "
                    "starts anew; 0s = never. At most 1d.",
     .example = "\"1m\""},
};

constexpr Field kNtfyFields[] = {
    {.key = "url",
     .description = "The address of the ntfy server.",
     .example = "\"https://ntfy.example.org\"",
     .required = true},
    {.key = "topic",
     .pattern = "^[A-Za-z0-9_-]{1,64}$",
     .description = "The topic that phones subscribe to.",
     .example = "\"oncall\"",
     .required = true},
    {.key = "token",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds an access token.",
     .example = "{\"secret\": \"ntfy_token\"}"},
};

constexpr Field kSmtpFields[] = {
    {.key = "host",
     .description = "The mail server.",
     .example = "\"mail.example.org\"",
     .required = true},
    {.key = "port",
     .kind = FieldKind::integer,
     .minimum = 1,
     .maximum = 65535,
     .fallback = "587",
     .description = "Its port.",
     .example = "587"},
    {.key = "tls",
     .kind = FieldKind::word,
     .words = kTlsWords,
     .fallback = "\"starttls\"",
     .description = "How the connection is encrypted: not at all, after a greeting in the clear, "
                    "or from the beginning.",
     .example = "\"starttls\""},
    {.key = "from",
     .description = "The address of the sender.",
     .example = "\"tidemill@example.org\"",
     .required = true},
    {.key = "to",
     .shape = kOne | kList,
     .description = "The addresses of those who get it.",
     .example = "[\"oncall@example.org\"]",
     .required = true},
    {.key = "user", .description = "For authentication.", .example = "\"tidemill\""},
    {.key = "password",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds the password of `user`.",
     .example = "{\"secret\": \"smtp\"}"},
    {.key = "ca_file",
     .description = "A file with the certificates (PEM) of who may sign that of the server; "
                    "without it, those whom the system trusts.",
     .example = "\"/etc/tidemill/mail-ca.pem\""},
};

constexpr Field kHookChannelFields[] = {
    {.key = "url",
     .description = "The address that is sent a POST, as Standard Webhooks say.",
     .example = "\"https://example.org/hook\"",
     .required = true},
    {.key = "signing",
     .kind = FieldKind::any,
     .object = &kSecretObject,
     .description = "The secret that holds the signing key, whsec_ and Base64.",
     .example = "{\"secret\": \"whsec\"}"},
};

constexpr Field kChannelFields[] = {
    {.key = "slack",
     .kind = FieldKind::object,
     .object = &kSlackObject,
     .description = "A channel of Slack.",
     .example = "{\"url\": {\"secret\": \"slack_hook\"}}"},
    {.key = "pagerduty",
     .kind = FieldKind::object,
     .object = &kPagerDutyObject,
     .description = "A service of PagerDuty.",
     .example = "{\"routing_key\": {\"secret\": \"pd_key\"}}"},
    {.key = "alertmanager",
     .kind = FieldKind::object,
     .object = &kAlertmanagerObject,
     .description = "An Alertmanager of Prometheus.",
     .example = "{\"url\": \"http://127.0.0.1:9093\"}"},
    {.key = "ntfy",
     .kind = FieldKind::object,
     .object = &kNtfyObject,
     .description = "Phones by way of ntfy.",
     .example = "{\"url\": \"https://ntfy.example.org\", \"topic\": \"oncall\"}"},
    {.key = "smtp",
     .kind = FieldKind::object,
     .object = &kSmtpObject,
     .description = "Mail.",
     .example = "{\"host\": \"mail.example.org\", \"from\": \"tidemill@example.org\", \"to\": "
                "\"oncall@example.org\"}"},
    {.key = "webhook",
     .kind = FieldKind::object,
     .object = &kHookChannelObject,
     .description = "Any service that takes a webhook.",
     .example = "{\"url\": \"https://example.org/hook\"}"},
    {.key = "fallback",
     .description = "The channel that is used while this one is failing.",
     .example = "\"mail\""},
};

}  // namespace

const ObjectSpec kSecretObject = {"secret", "{secret: NAME}", "The value itself never stands here.",
                                  kSecretFields};
const ObjectSpec kSlackObject = {"slack", "channels.NAME.slack", "A channel of Slack.",
                                 kSlackFields};
const ObjectSpec kPagerDutyObject = {"pagerduty", "channels.NAME.pagerduty",
                                     "A service of PagerDuty.", kPagerDutyFields};
const ObjectSpec kAlertmanagerObject = {"alertmanager", "channels.NAME.alertmanager",
                                        "An Alertmanager of Prometheus.", kAlertmanagerFields};
const ObjectSpec kNtfyObject = {"ntfy", "channels.NAME.ntfy", "Phones by way of ntfy.",
                                kNtfyFields};
const ObjectSpec kSmtpObject = {"smtp", "channels.NAME.smtp", "Mail.", kSmtpFields};
const ObjectSpec kHookChannelObject = {"hook_channel", "channels.NAME.webhook",
                                       "Any service that takes a webhook.", kHookChannelFields};
const ObjectSpec kChannelObject = {"channel", "channels.NAME",
                                   "Exactly one kind of channel, and maybe another one for when "
                                   "it fails.",
                                   kChannelFields};

}  // namespace tidemill
