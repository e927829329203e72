// `channels`, and tests of them: every hop with what became of it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

constexpr Duration kBetweenLooks = std::chrono::milliseconds(100);
constexpr Duration kTestPatience = std::chrono::seconds(60);  // a mail server may take half of it

Style style_of_channel(const std::string& state) {
  if (state == "works") return Style::green;
  return state == "unknown" ? Style::plain : Style::red;
}

// A test is tried once: it is sent, or it is dead.
Result<Json> wait_for(Api& api, std::int64_t message) {
  const WallTime end = system_now().wall + kTestPatience;
  while (true) {
    Json now = TRY(api.get(path_of({"messages", std::to_string(message)})));
    if (text_at(now, "state") != "pending" || system_now().wall >= end) return now;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

std::string result_of(const Json& message) {
  const std::string state = text_at(message, "state");
  if (state != "sent") return state == "pending" ? "no answer yet" : text_at(message, "error");
  return "sent in " + format_duration(time_at(message, "sent_at") - time_at(message, "created_at"));
}

// Fails when a hop does.
Result<int> show_hops(const ClientOptions& options, Api& api, const Json& sent) {
  Json::Array hops;
  Table table({">step", "channel", "person", "state", "result"});
  bool all_sent = true;
  for (const Json& message : array_at(sent, "messages")) {
    Json after = TRY(wait_for(api, int_at(message, "message")));
    const std::string state = text_at(after, "state");
    all_sent = all_sent && state == "sent";
    table.row({std::to_string(int_at(after, "step") + 1),
               text_at(after, "channel"),
               has_value(after, "person") ? text_at(after, "person") : "-",
               {state, state == "sent" ? Style::green : Style::red},
               result_of(after)});
    hops.push_back(std::move(after));
  }
  if (options.json) {
    Json answer;
    answer.set("messages", std::move(hops));
    print_json(answer);
  } else {
    fmt::print("{}", table.text(probe_terminal(1)));
  }
  return static_cast<int>(all_sent ? kExitOk : kExitFailed);
}

}  // namespace

int run_channels(const ChannelsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/channels"));
    if (options.json) return say(options, answer, "");
    Table table({"channel", "kind", "state", ">waiting", "last success", "fallback", "error"});
    for (const Json& channel : array_at(answer, "channels")) {
      const std::string state = text_at(channel, "state");
      table.row({text_at(channel, "channel"),
                 text_at(channel, "kind"),
                 {state, style_of_channel(state)},
                 std::to_string(int_at(channel, "pending")),
                 moment_at(channel, "last_success"),
                 has_value(channel, "fallback") ? text_at(channel, "fallback") : "-",
                 state == "works" || !has_value(channel, "last_error")
                     ? "-"
                     : text_at(channel, "last_error")});
    }
    fmt::print("{}", table.empty() ? "no channels: name a file of alerts with --alerts\n"
                                   : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

int run_channel_test(const ChannelTest& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json sent = TRY(
        api.post(path_of({"channels", options.channel, "test"}), Json(Json::Object{})));
    return show_hops(options, api, sent);
  });
}

int run_alert_test(const AlertTest& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body;
    body.set("severity", options.severity);
    if (!options.policy.empty()) body.set("policy", options.policy);
    return show_hops(options, api, TRY(api.post("/alert_tests", body)));
  });
}

}  // namespace tidemill::client
