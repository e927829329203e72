// Each form as its service documents it, with texts that try to break out of it.
#include "core/alert/message_formats.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "core/alert/ack_page.h"

namespace tidemill {
namespace {

constexpr MessageKind kAll[] = {MessageKind::tell,   MessageKind::taken,  MessageKind::ended,
                                MessageKind::digest, MessageKind::canary, MessageKind::test};

AlertMessage sample(MessageKind kind = MessageKind::tell) {
  AlertMessage message;
  message.kind = kind;
  message.id = "0123456789abcdef01234567";
  message.thread = "fedcba9876543210fedcba98";
  message.key = {"daily", "train", "exit"};
  message.severity = AlertSeverity::critical;
  message.what = "train of daily failed: exit code 3";
  message.at = {1'700'000'060'000'000};
  message.raised_at = {1'700'000'000'000'000};
  message.alert_url = "https://t.example/alerts/3";
  message.run_url = "https://t.example/runs/7";
  message.acknowledge_url = "https://t.example/ack/1-abc";
  return message;
}

AlertMessage nasty(MessageKind kind = MessageKind::tell) {
  AlertMessage message = sample(kind);
  message.what = "<!channel> & <http://evil|click> \"quoted\"\r\nBcc: all@example.org\r\n\r\n.\r\n";
  message.what += '\0';
  message.what += "\x1b[31m\xC3\x28 ünïcode ";
  message.what.append(200'000, '&');
  message.story.assign(50'000, '<');
  message.story.append("\n--tidemill-0123456789abcdef01234567--\n");
  message.news = "\r\n\r\n";
  message.key.cause = "a\nb\"c";
  message.key.cause.append(2000, 'z');
  return message;
}

Json parsed(const OutgoingPost& post) {
  auto json = parse_json(post.body);
  EXPECT_TRUE(json.ok());
  return json.ok() ? *json : Json();
}

const Json& at(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  EXPECT_NE(found, nullptr) << key << " in " << json.dump();
  static const Json kNone;
  return found == nullptr ? kNone : *found;
}

TEST(Slack, HasTheBlocksAndKeepsTheLimits) {
  for (const MessageKind kind : kAll) {
    const OutgoingPost post = slack_post(nasty(kind));
    const Json json = parsed(post);
    const auto& blocks = at(json, "blocks").as_array();
    ASSERT_EQ(blocks.size(), 4u);
    EXPECT_LE(count_code_points(at(at(blocks[0], "text"), "text").as_string()), 150u);
    const std::string& section = at(at(blocks[1], "text"), "text").as_string();
    EXPECT_LE(count_code_points(section), 3000u);
    for (const std::string* text : {&section, &at(json, "text").as_string()}) {
      EXPECT_EQ(text->find('<'), std::string::npos);
      EXPECT_EQ(text->find('>'), std::string::npos);
      for (std::size_t i = text->find('&'); i != std::string::npos; i = text->find('&', i + 1)) {
        const std::string rest = text->substr(i, 5);
        EXPECT_TRUE(rest.starts_with("&amp;") || rest.starts_with("&lt;") ||
                    rest.starts_with("&gt;"))
            << rest;
      }
    }
  }
}

TEST(Slack, HasAButtonForEveryLink) {
  const Json json = parsed(slack_post(sample()));
  const auto& buttons = at(at(json, "blocks").as_array()[3], "elements").as_array();
  ASSERT_EQ(buttons.size(), 3u);
  EXPECT_EQ(at(buttons[0], "url").as_string(), "https://t.example/ack/1-abc");
  AlertMessage none = sample();
  none.acknowledge_url = none.alert_url = none.run_url = "";
  EXPECT_EQ(at(parsed(slack_post(none)), "blocks").as_array().size(), 3u);
}

TEST(PagerDuty, EachKindIsItsAction) {
  const auto action = [](MessageKind kind) {
    return at(parsed(pagerduty_post(sample(kind), "key")), "event_action").as_string();
  };
  EXPECT_EQ(action(MessageKind::tell), "trigger");
  EXPECT_EQ(action(MessageKind::digest), "trigger");
  EXPECT_EQ(action(MessageKind::taken), "acknowledge");
  EXPECT_EQ(action(MessageKind::ended), "resolve");
  const Json json = parsed(pagerduty_post(sample(), "routing"));
  EXPECT_EQ(at(json, "routing_key").as_string(), "routing");
  EXPECT_EQ(at(json, "dedup_key").as_string(), "daily/train/exit");
  const Json& payload = at(json, "payload");
  EXPECT_EQ(at(payload, "severity").as_string(), "critical");
  EXPECT_EQ(at(payload, "source").as_string(), "tidemill");
  EXPECT_EQ(pagerduty_post(sample(), "k").path, "/v2/enqueue");
}

TEST(PagerDuty, ACanaryPagesNobodyAndATestIsAnIncidentOfItsOwn) {
  const OutgoingPost canary = pagerduty_post(sample(MessageKind::canary), "k");
  EXPECT_EQ(canary.path, "/v2/change/enqueue");
  EXPECT_EQ(parsed(canary).find("event_action"), nullptr);
  EXPECT_NE(at(parsed(pagerduty_post(sample(MessageKind::test), "k")), "dedup_key").as_string(),
            "daily/train/exit");
}

TEST(PagerDuty, KeepsTheLimits) {
  for (const MessageKind kind : kAll) {
    const OutgoingPost post = pagerduty_post(nasty(kind), "k");
    EXPECT_LE(post.body.size(), 512u << 10);
    const Json json = parsed(post);
    if (const Json* key = json.find("dedup_key")) {
      EXPECT_LE(key->as_string().size(), 255u);
    }
    if (const Json* payload = json.find("payload")) {
      EXPECT_LE(count_code_points(at(*payload, "summary").as_string()), 1024u);
    }
  }
}

TEST(Alertmanager, AnEndHasTheSameLabelsAndAllAnnotations) {
  const Json fired = parsed(alertmanager_post(sample()));
  const Json ended = parsed(alertmanager_post(sample(MessageKind::ended)));
  ASSERT_EQ(fired.as_array().size(), 1u);
  ASSERT_EQ(ended.as_array().size(), 4u) << "what was sent while it was less urgent ends as well";
  const Json &a = fired.as_array()[0], &b = ended.as_array()[0];
  EXPECT_EQ(at(a, "labels"), at(b, "labels"));
  EXPECT_EQ(at(b, "endsAt").as_string(), "2023-11-14T22:14:20Z");
  EXPECT_EQ(at(b, "generatorURL"), at(a, "generatorURL"));
  EXPECT_FALSE(at(at(b, "annotations"), "summary").as_string().empty());
  EXPECT_FALSE(at(at(b, "annotations"), "description").as_string().empty());
  for (const char* label : {"alertname", "severity", "dag", "task", "cause"}) {
    EXPECT_NE(at(a, "labels").find(label), nullptr) << label;
  }
  AlertMessage own = sample();
  own.key = {"", "", "disk"};
  EXPECT_EQ(at(parsed(alertmanager_post(own)).as_array()[0], "labels").find("dag"), nullptr);
}

TEST(Alertmanager, ACanaryIsOverWhenItArrives) {
  const Json canary = parsed(alertmanager_post(sample(MessageKind::canary))).as_array()[0];
  EXPECT_EQ(at(canary, "endsAt").as_string(), "2023-11-14T22:14:20Z");
  EXPECT_EQ(at(at(canary, "labels"), "alertname").as_string(), "TidemillCanary");
}

TEST(Webhook, HasTheShapeOfAlertmanagersVersion4) {
  const Json fired = parsed(webhook_post(sample()));
  EXPECT_EQ(at(fired, "version").as_string(), "4");
  EXPECT_EQ(at(fired, "status").as_string(), "firing");
  const Json& alert = at(fired, "alerts").as_array().at(0);
  EXPECT_EQ(at(alert, "endsAt").as_string(), "0001-01-01T00:00:00Z");
  EXPECT_EQ(at(alert, "startsAt").as_string(), "2023-11-14T22:13:20Z");
  for (const char* member : {"groupKey", "truncatedAlerts", "receiver", "groupLabels",
                             "commonLabels", "commonAnnotations", "externalURL"}) {
    EXPECT_NE(fired.find(member), nullptr) << member;
  }
  const Json ended = parsed(webhook_post(sample(MessageKind::ended)));
  EXPECT_EQ(at(ended, "status").as_string(), "resolved");
  EXPECT_EQ(at(at(ended, "alerts").as_array()[0], "fingerprint"), at(alert, "fingerprint"));
}

TEST(Webhook, HoldsEveryAlertThatIsToldTogether) {
  AlertMessage message = sample();
  message.others = {sample(), sample()};
  message.others[1].key.task = "publish";
  const Json json = parsed(webhook_post(message));
  const Json::Array& alerts = at(json, "alerts").as_array();
  ASSERT_EQ(alerts.size(), 3u);
  EXPECT_EQ(at(at(alerts[2], "labels"), "task").as_string(), "publish");
  EXPECT_EQ(at(json, "groupKey").as_string(), message.key.dag);
  EXPECT_EQ(at(json, "commonLabels").find("task"), nullptr) << "they have no task in common";
}

TEST(Ntfy, HasOneTapAndKeepsTheLimits) {
  const Json json = parsed(ntfy_post(sample(), "oncall"));
  EXPECT_EQ(at(json, "topic").as_string(), "oncall");
  EXPECT_EQ(at(json, "priority").as_int(), 5);
  const Json& tap = at(json, "actions").as_array().at(0);
  EXPECT_EQ(at(tap, "action").as_string(), "http");
  EXPECT_EQ(at(tap, "method").as_string(), "POST");
  EXPECT_EQ(at(tap, "url").as_string(), "https://t.example/ack/1-abc");
  for (const MessageKind kind : kAll) {
    AlertMessage message = nasty(kind);
    message.runbook_url = "https://t.example/book";
    const Json big = parsed(ntfy_post(message, "t"));
    EXPECT_LE(at(big, "message").as_string().size(), 4096u);
    EXPECT_LE(at(big, "title").as_string().size(), 250u);
    EXPECT_LE(at(big, "actions").as_array().size(), 3u);
    EXPECT_GE(at(big, "priority").as_int(), 1);
    EXPECT_LE(at(big, "priority").as_int(), 5);
  }
}

const MailEnvelope kEnvelope{"tidemill@example.org", {"oncall@example.org", "b@example.org"}};

TEST(Mail, IsAThread) {
  const std::string mail = mail_text(sample(), kEnvelope);
  EXPECT_NE(mail.find("\r\nMessage-ID: <0123456789abcdef01234567@example.org>\r\n"),
            std::string::npos);
  EXPECT_NE(mail.find("\r\nIn-Reply-To: <fedcba9876543210fedcba98@example.org>\r\n"),
            std::string::npos);
  EXPECT_NE(mail.find("\r\nReferences: <fedcba9876543210fedcba98@example.org>\r\n"),
            std::string::npos);
  EXPECT_NE(mail.find("\r\nAuto-Submitted: auto-generated\r\n"), std::string::npos);
  EXPECT_NE(mail.find("\r\nDate: Tue, 14 Nov 2023 22:14:20 +0000\r\n"), std::string::npos);
  AlertMessage first = sample();
  first.thread = first.id;
  EXPECT_EQ(mail_text(first, kEnvelope).find("In-Reply-To"), std::string::npos);
}

TEST(Mail, NoTextBecomesAHeaderOrEndsAPart) {
  for (const MessageKind kind : kAll) {
    MailEnvelope envelope = kEnvelope;
    envelope.to.push_back("x@example.org\r\nBcc: all@example.org");
    const std::string mail = mail_text(nasty(kind), envelope);
    const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
    EXPECT_EQ(head.find("Bcc"), std::string::npos) << head;
    std::size_t parts = 0;
    for (std::size_t i = mail.find("\r\n--tidemill-"); i != std::string::npos;
         i = mail.find("\r\n--tidemill-", i + 1)) {
      ++parts;
    }
    EXPECT_EQ(parts, 3u) << "two begin and one ends them";
    std::size_t line = 0;
    for (std::size_t i = 0; i < mail.size(); ++i) {
      const auto byte = static_cast<unsigned char>(mail[i]);
      ASSERT_TRUE(byte == '\r' || byte == '\n' || (byte >= 0x20 && byte < 0x7f)) << i;
      if (mail[i] == '\n') {
        ASSERT_EQ(mail[i - 1], '\r') << i;
        line = 0;
      }
      ASSERT_LE(++line, 200u);
    }
  }
}

TEST(AckPage, IsSmallAndHoldsNoScriptWhateverTheTexts) {
  AckPage page;
  page.title = "<script>" + std::string(90'000, '"');
  page.detail = std::string(90'000, '<');
  page.what = "<script>alert(1)</script>" + std::string(90'000, '"');
  page.scope = std::string(90'000, '&');
  page.seen = "0123456789abcdef";
  page.others.assign(200, std::string(90'000, '"'));
  page.alert = page.button = true;
  const std::string html = ack_page_html(page);
  EXPECT_LE(html.size(), kAckPageBytes);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("<form method=\"post\">"), std::string::npos);
  page.button = false;
  EXPECT_EQ(ack_page_html(page).find("<form"), std::string::npos);
}

}  // namespace
}  // namespace tidemill
