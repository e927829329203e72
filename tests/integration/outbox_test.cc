// The outbox over a real database, with hours that pass at once: what waits, what is given up, what
// goes to another channel, and what an acknowledgement stops.
#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/alerts/outbox_book.h"
#include "tests/support/storage_fixture.h"

namespace tidemill {
namespace {

using Kind = DeliveryOutcome::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

AlertChannel mail_channel(std::string name, std::string fallback = "") {
  SmtpChannel smtp;
  smtp.host = "mail.example.org";
  smtp.to = {"oncall@example.org"};
  return {std::move(name), smtp, std::move(fallback)};
}

PoliciesPtr policies_of(std::vector<AlertChannel> channels, std::vector<EscalationStep> steps) {
  auto policies = std::make_shared<AlertPolicies>();
  policies->channels = std::move(channels);
  EscalationPolicy policy;
  policy.name = "all";
  policy.steps = std::move(steps);
  policies->policies = {policy};
  policies->default_policy = "all";
  return policies;
}

EscalationStep tell(std::string channel, Duration wait = {}) {
  EscalationStep step;
  step.notify = {{NotifyTarget::Kind::channel, std::move(channel)}};
  step.wait = wait;
  return step;
}

class Outbox : public StorageFixture {
 protected:
  // In one transaction, as the writer does it.
  template <typename T>
  T in_transaction(const std::function<Result<T>(Database&)>& work) {
    std::optional<T> value;
    Batch batch;
    auto operation = std::make_shared<Operation>();
    operation->apply = [&](Database& database) -> Result<Json> {
      auto result = work(database);
      if (!result.ok()) return result.error();
      value = std::move(result).value();
      return Json();
    };
    batch.operations.push_back(operation);
    commit(batch);
    EXPECT_TRUE(operation->outcome && operation->outcome->ok())
        << operation->outcome->error().message;
    return std::move(*value);
  }

  void say(const AlertEvent& event) {
    in_transaction<Json>([&](Database& database) {
      return tell_keyed_alerts(database, {{{"daily", "train", "exit"}, event, "it failed"}},
                               policies_, now_);
    });
  }
  void raise() { say(alert_event::Raise{AlertFact::failed, AlertSeverity::error, "", 1}); }
  void turn() {
    in_transaction<Json>(
        [&](Database& database) { return turn_alerts(database, LoadVersion(), policies_, now_); });
  }
  void try_to_send(std::int64_t id, const DeliveryOutcome& outcome) {
    in_transaction<Json>([&](Database& database) -> Result<Json> {
      const auto row = TRY(read_message(database, id));
      if (!row) return not_found("there is no such message");
      const ChannelNews news = TRY(record_try(database, *row, outcome, policies_, now_));
      return tell_of_channel(database, row->channel, news, policies_, now_);
    });
  }
  OutboxRow message(std::int64_t id) {
    return *in_transaction<std::optional<OutboxRow>>(
        [&](Database& database) { return read_message(database, id); });
  }
  // "tell mail pending", in order.
  std::vector<std::string> rows() {
    return in_transaction<std::vector<std::string>>(
        [](Database& database) -> Result<std::vector<std::string>> {
          std::vector<std::string> words;
          for (std::int64_t id = 1;; ++id) {
            const auto row = TRY(read_message(database, id));
            if (!row) return words;
            words.push_back(
                fmt::format("{} {} {}", to_word(row->kind), row->channel, to_word(row->state)));
          }
        });
  }

  using Words = std::vector<std::string>;
  static DeliveryOutcome sent() { return {}; }
  static DeliveryOutcome down() { return {Kind::retry, "nobody answers", {}}; }

  PoliciesPtr policies_ = policies_of({mail_channel("mail")}, {tell("mail")});
  WallTime now_{1'700'000'000'000'000};
};

TEST_F(Outbox, AnAcknowledgementStopsWhatWaitsAndTellsThoseWhoWereTold) {
  policies_ = policies_of({mail_channel("a"), mail_channel("b")},
                          {tell("a", minutes(5)), tell("b")});
  raise();
  EXPECT_EQ(rows(), (Words{"tell a pending"}));
  try_to_send(1, sent());
  now_ = now_ + minutes(5);
  turn();
  say(alert_event::Acknowledge{"ann", "", {}, ""});
  EXPECT_EQ(rows(), (Words{"tell a sent", "tell b cancelled", "taken a pending"}));
  now_ = now_ + hours(48);
  turn();
  EXPECT_EQ(rows().size(), 3u) << "nobody is paged about what somebody has";
}

TEST_F(Outbox, WhatWasUnderWayIsToldWhatBecameOfIt) {
  raise();
  say(alert_event::Acknowledge{"ann", "", {}, ""});
  try_to_send(1, sent());
  EXPECT_EQ(rows(), (Words{"tell mail cancelled", "taken mail pending"}));
  EXPECT_NE(message(1).sent_at.us, 0);
  EXPECT_NE(message(1).last_error.find("under way"), std::string::npos);
  try_to_send(1, down());
  EXPECT_EQ(rows().size(), 2u);
}

TEST_F(Outbox, AnEndThatOvertakesAMessageIsToldAfterIt) {
  raise();
  say(alert_event::Recover{2});
  EXPECT_EQ(rows(), (Words{"tell mail cancelled"}));
  try_to_send(1, sent());
  EXPECT_EQ(rows(), (Words{"tell mail cancelled", "ended mail pending"}));
}

TEST_F(Outbox, WhatIsRaisedAgainCancelsWhatWasNotSaidYet) {
  raise();
  try_to_send(1, sent());
  say(alert_event::Recover{2});
  raise();
  EXPECT_EQ(rows(), (Words{"tell mail sent", "ended mail cancelled", "tell mail pending"}));
}

TEST_F(Outbox, AServiceThatKeepsAStateHearsOfTheEndInAnyCase) {
  PagerDutyChannel pager;
  pager.routing_key.name = "key";
  policies_ = policies_of(
      {{"pager", pager, ""}, mail_channel("mail")},
      {{{{NotifyTarget::Kind::channel, "pager"}, {NotifyTarget::Kind::channel, "mail"}}}});
  raise();
  say(alert_event::Recover{2});
  EXPECT_EQ(rows(), (Words{"tell pager cancelled", "tell mail cancelled", "ended pager pending"}));
}

TEST_F(Outbox, AnAcknowledgementThatRanOutIsToldAgain) {
  auto policies = std::make_shared<AlertPolicies>(*policies_);
  policies->policies[0].acknowledged_for = minutes(15);
  policies_ = policies;
  raise();
  try_to_send(1, sent());
  say(alert_event::Acknowledge{"ann", "", {}, ""});
  try_to_send(2, sent());
  now_ = now_ + minutes(14);
  turn();
  EXPECT_EQ(rows().size(), 2u);
  now_ = now_ + minutes(1);
  turn();
  EXPECT_EQ(rows(), (Words{"tell mail sent", "taken mail sent", "tell mail pending"}));
}

TEST_F(Outbox, TriesComeLessOftenAndAreGivenUpAfterADay) {
  raise();
  const WallTime begin = now_;
  std::uint32_t tries = 0;
  while (message(1).state == OutboxState::pending && tries < 1000) {
    now_ = message(1).due_at;
    try_to_send(1, down());
    ++tries;
  }
  const OutboxRow row = message(1);
  EXPECT_EQ(row.state, OutboxState::dead);
  EXPECT_EQ(row.tries, tries);
  EXPECT_GT(now_ - begin, hours(23));
  EXPECT_LE(now_ - begin, hours(24));
  EXPECT_LT(tries, 150u);
}

TEST_F(Outbox, AChannelThatFailsForLongUsesItsFallbackForEverythingThatWaits) {
  policies_ = policies_of({mail_channel("a", "b"), mail_channel("b")}, {tell("a")});
  raise();
  try_to_send(1, down());
  now_ = now_ + seconds(119);
  try_to_send(1, down());
  EXPECT_EQ(rows(), (Words{"tell a pending"}));
  now_ = now_ + seconds(1);
  try_to_send(1, down());
  // Its own alert is told by the same policy.
  EXPECT_EQ(rows(), (Words{"tell a pending", "tell b pending", "tell a pending"}));
  try_to_send(3, down());
  EXPECT_EQ(rows().back(), "tell b pending");
  try_to_send(1, down());
  EXPECT_EQ(rows().size(), 4u) << "each is copied once";
  try_to_send(1, sent());
  const auto channel = in_transaction<ChannelRow>(
      [](Database& database) { return read_channel(database, "a"); });
  EXPECT_EQ(channel.failing_since.us, 0);
  const auto alert = in_transaction<std::optional<AlertRow>>(
      [](Database& database) { return find_alert(database, channel_alert_key("a")); });
  ASSERT_TRUE(alert.has_value());
  EXPECT_FALSE(is_open(alert->alert)) << "it works again";
}

TEST_F(Outbox, ChannelsThatAreEachOthersFallbackDoNotPassItOnForEver) {
  policies_ = policies_of({mail_channel("a", "b"), mail_channel("b", "a")}, {tell("a")});
  raise();
  const DeliveryOutcome refused{Kind::refused, "no", {}};
  for (std::int64_t id = 1; id <= 12 && id <= std::ssize(rows()); ++id) try_to_send(id, refused);
  EXPECT_LE(rows().size(), 6u);
}

TEST_F(Outbox, OfEachChannelTheFirstThatIsDueComesOut) {
  policies_ = policies_of(
      {mail_channel("a"), mail_channel("b")},
      {{{{NotifyTarget::Kind::channel, "a"}, {NotifyTarget::Kind::channel, "b"}}}});
  raise();
  say(alert_event::Raise{AlertFact::failed, AlertSeverity::critical, "", 2});
  const auto due = in_transaction<std::vector<OutboxRow>>(
      [&](Database& database) { return read_due_messages(database, now_, 10); });
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].channel, "a");
  EXPECT_EQ(due[1].channel, "b");
  EXPECT_EQ(due[0].state, OutboxState::pending);
}

// Several tasks of one DAG.
class Groups : public Outbox {
 protected:
  void fail(const std::string& task, AlertSeverity severity = AlertSeverity::error) {
    say_of(task, alert_event::Raise{AlertFact::failed, severity, "", 1});
  }
  void say_of(const std::string& task, const AlertEvent& event) {
    in_transaction<Json>([&](Database& database) {
      return tell_keyed_alerts(database, {{{"daily", task, "exit"}, event, task + " failed"}},
                               policies_, now_);
    });
  }
  // What is due, as one message each: "1", "2 3".
  Words due() {
    return in_transaction<Words>([&](Database& database) -> Result<Words> {
      Words found;
      for (const OutboxRow& row : TRY(read_due_messages(database, now_, 10))) {
        const auto bundle = TRY(bundle_of(database, row));
        if (!bundle) continue;
        Words ids;
        for (const OutboxRow& one : bundle->rows) ids.push_back(std::to_string(one.id));
        found.push_back(join(ids, " "));
      }
      return found;
    });
  }
  std::string try_bundle(std::int64_t id, const DeliveryOutcome& outcome) {
    std::string key;
    in_transaction<Json>([&](Database& database) -> Result<Json> {
      const auto row = TRY(read_message(database, id));
      const auto bundle = TRY(bundle_of(database, *row));
      key = bundle->key;
      TRY(record_tries(database, *bundle, outcome, policies_, now_));
      return Json();
    });
    return key;
  }
};

TEST_F(Groups, TheFirstIsToldAtOnceAndTheOthersTogether) {
  for (const char* task : {"a", "b", "c", "d"}) fail(task);
  EXPECT_EQ(due(), (Words{"1"}));
  try_bundle(1, sent());
  now_ = now_ + seconds(29);
  fail("e");
  EXPECT_EQ(due(), (Words{}));
  now_ = now_ + seconds(1);
  EXPECT_EQ(due(), (Words{"2 3 4 5"}));
  try_bundle(2, sent());
  EXPECT_EQ(message(5).state, OutboxState::sent);
  EXPECT_EQ(due(), (Words{}));
}

TEST_F(Groups, WhoIsTakenMeanwhileIsLeftOut) {
  for (const char* task : {"a", "b", "c", "d"}) fail(task);
  try_bundle(1, sent());
  say_of("b", alert_event::Acknowledge{"ann", "", {}, ""});
  now_ = now_ + seconds(30);
  EXPECT_EQ(due(), (Words{"3 4"})) << "also when it was the first of them";
  say_of("c", alert_event::Recover{2});
  say_of("d", alert_event::Recover{2});
  EXPECT_EQ(due(), (Words{}));
}

TEST_F(Groups, TheSameRowsAreTheSameMessageAndOthersAreNot) {
  for (const char* task : {"a", "b", "c", "d"}) fail(task);
  try_bundle(1, sent());
  now_ = now_ + seconds(30);
  const std::string key = try_bundle(2, down());
  EXPECT_EQ(try_bundle(2, down()), key);
  EXPECT_EQ(try_bundle(4, down()), key) << "whichever is due first";
  EXPECT_NE(key, message(2).key);
  say_of("c", alert_event::Acknowledge{"ann", "", {}, ""});
  EXPECT_NE(try_bundle(2, sent()), key);
  EXPECT_EQ(message(1).sent_as, "");
  EXPECT_EQ(message(2).sent_as, message(4).sent_as);
  EXPECT_EQ(message(3).sent_as, "");
}

TEST_F(Groups, WhatIsMoreUrgentOrOfAnotherDagDoesNotWait) {
  fail("a");
  fail("b");
  try_bundle(1, sent());
  fail("c", AlertSeverity::critical);
  EXPECT_EQ(due(), (Words{"3"}));
  try_bundle(3, sent());
  in_transaction<Json>([&](Database& database) {
    const alert_event::Raise raised{AlertFact::failed, AlertSeverity::error, "", 1};
    return tell_keyed_alerts(database, {{{"other", "a", "exit"}, raised, "it failed"}}, policies_,
                             now_);
  });
  EXPECT_EQ(due(), (Words{"4"}));
}

TEST_F(Groups, EndsAreToldTogetherToo) {
  for (const char* task : {"a", "b", "c"}) fail(task);
  try_bundle(1, sent());
  now_ = now_ + seconds(30);
  try_bundle(2, sent());
  for (const char* task : {"a", "b", "c"}) say_of(task, alert_event::Recover{2});
  EXPECT_EQ(due(), (Words{"4"}));
  try_bundle(4, sent());
  now_ = now_ + seconds(30);
  EXPECT_EQ(due(), (Words{"5 6"}));
}

TEST_F(Groups, WithoutATimeToWaitEachIsToldAlone) {
  auto policies = std::make_shared<AlertPolicies>(*policies_);
  policies->policies[0].group_wait = {};
  policies_ = policies;
  for (const char* task : {"a", "b"}) fail(task);
  try_bundle(1, sent());
  EXPECT_EQ(due(), (Words{"2"}));
}

TEST_F(Groups, WhatGoesToTheFallbackStaysTogether) {
  policies_ = policies_of({mail_channel("a", "b"), mail_channel("b")}, {tell("a")});
  for (const char* task : {"a", "b", "c"}) fail(task);
  try_bundle(1, sent());
  now_ = now_ + seconds(30);
  try_bundle(2, {Kind::refused, "no", {}});
  EXPECT_EQ(due(), (Words{"4 5"}));
  EXPECT_EQ(message(4).channel, "b");
}

TEST_F(Groups, WhatGoesOnIsWhatWasSentAndIsNotOver) {
  for (const char* task : {"a", "b", "c"}) fail(task);
  try_bundle(1, sent());
  const auto going_on = [&] {
    return in_transaction<std::vector<OutboxRow>>(
               [](Database& database) { return read_going_on(database, "mail", 10); })
        .size();
  };
  EXPECT_EQ(going_on(), 1u);
  now_ = now_ + seconds(30);
  try_bundle(2, sent());
  EXPECT_EQ(going_on(), 3u);
  say_of("a", alert_event::Acknowledge{"ann", "", {}, ""});
  EXPECT_EQ(going_on(), 3u) << "it goes on, whoever has it";
  say_of("b", alert_event::Recover{2});
  EXPECT_EQ(going_on(), 2u);
}

TEST_F(Outbox, AnEventFromElsewhereCountsOnce) {
  const auto take = [&](const char* source, const char* id) {
    return in_transaction<bool>(
        [&](Database& database) { return take_event_in(database, source, id, now_); });
  };
  EXPECT_TRUE(take("pager", "E1"));
  EXPECT_FALSE(take("pager", "E1"));
  EXPECT_TRUE(take("other", "E1"));
}

}  // namespace
}  // namespace tidemill
