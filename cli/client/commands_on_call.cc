// The words of the commands for whoever is on call.
#include "cli/client/add_command.h"
#include "cli/client/alert_report.h"

namespace tidemill::client {
namespace {

void add_alerts(CLI::App& app, Chosen& chosen) {
  static AlertsCommand options;
  auto& command = add_group(app, chosen, kOnCallGroup, "alerts",
                            "List open alerts, or show one: what broke, what changed, what to do",
                            options, run_alerts);
  command.add_option("ALERT", options.alert, "A number");
  command.add_option("--dag", options.dag, "Only about this dag")->type_name("DAG");
  command
      .add_option("--state", options.state,
                  "open (default), all, firing, acknowledged, snoozed, suppressed or resolved")
      ->type_name("STATE");
  command.add_option("--limit", options.limit, "At most so many")
      ->check(CLI::Range(1, 500))
      ->type_name("N");
  static AlertReportCommand report;
  auto& reporting = add_below(command, chosen, "report",
                              "How fast alerts were taken and over, and which are noise", report,
                              run_alert_report);
  reporting
      .add_option("--from", report.from, "A date, or a time in RFC 3339 (default: 4 weeks ago)")
      ->type_name("TIME");
  reporting.add_option("--until", report.until, "Where it ends (default: now)")->type_name("TIME");
  reporting.add_option("--zone", report.zone, "Time zone of working hours (default: UTC)")
      ->type_name("ZONE");
  reporting.add_flag("--csv", report.csv, "Lines for a spreadsheet");
  command.footer(
      "Examples:\n  tidemill alerts\n  tidemill alerts 3\n"
      "  tidemill alerts report --from 2026-11-01 --zone Europe/Berlin");
}

CLI::App& add_alert_act(CLI::App& app, Chosen& chosen, const char* name, const char* summary,
                        AlertActCommand& options, int (*run)(const AlertActCommand&)) {
  auto& command = add_command(app, chosen, kOnCallGroup, name, summary, options, run);
  command.add_option("ALERT", options.alerts, "Their numbers")->required();
  command.add_option("--comment", options.comment, "What others should know")->type_name("TEXT");
  add_client_options(command, options);
  return command;
}

void add_alert_acts(CLI::App& app, Chosen& chosen) {
  static AlertActCommand ack, unack, snooze, resolve;
  auto& take = add_alert_act(app, chosen, "ack",
                             "Take alerts: nobody else is told of them any more", ack, run_ack);
  take.add_option("--for", ack.until, "Until when, or for how long")->type_name("TIME");
  take.footer("Example:\n  tidemill ack 3 --comment \"looking at it\" --for 2h");
  add_alert_act(app, chosen, "unack", "Give alerts back", unack, run_unack);
  auto& later = add_alert_act(app, chosen, "snooze", "Let alerts come back later", snooze,
                              run_snooze);
  later.add_option("--for", snooze.until, "Until when, or for how long")
      ->required()
      ->type_name("TIME");
  later.footer("Example:\n  tidemill snooze 3 --for 4h --comment \"the source is back at noon\"");
  add_alert_act(app, chosen, "resolve", "Say that alerts are over", resolve, run_resolve);
}

void add_channels(CLI::App& app, Chosen& chosen) {
  static ChannelsCommand list;
  auto& channels = add_group(app, chosen, kOnCallGroup, "channels",
                             "List where messages go, and whether they get through", list,
                             run_channels);
  static ChannelTest test;
  auto& one = add_below(channels, chosen, "test", "Send a test through a channel", test,
                        run_channel_test);
  one.add_option("CHANNEL", test.channel, "Its name")->required();
  channels.footer("Example:\n  tidemill channels test pager");
}

void add_alert_test(CLI::App& app, Chosen& chosen) {
  static AlertsCommand list;
  auto& alert = add_group(app, chosen, kOnCallGroup, "alert",
                          "List open alerts, or try the whole chain", list, run_alerts);
  static AlertTest test;
  auto& walk = add_below(alert, chosen, "test",
                         "Send a test to everybody whom an alert would reach, step by step", test,
                         run_alert_test);
  walk.add_option("--severity", test.severity, "Of the alert (default: critical)")
      ->check(CLI::IsMember({"critical", "error", "warning", "info"}))
      ->type_name("SEVERITY");
  walk.add_option("--policy", test.policy, "Instead of the default one")->type_name("POLICY");
  alert.footer("Example:\n  tidemill alert test --severity critical");
}

}  // namespace

void add_on_call_commands(CLI::App& app, Chosen& chosen) {
  add_alerts(app, chosen);
  add_alert_acts(app, chosen);
  add_alert_test(app, chosen);
  add_channels(app, chosen);
}

}  // namespace tidemill::client
