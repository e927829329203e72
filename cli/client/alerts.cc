// Alerts: what is wrong, and who takes care of it.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

Style style_of_alert(const std::string& state) {
  if (state == "firing") return Style::red;
  if (state == "acknowledged" || state == "snoozed") return Style::yellow;
  return Style::dim;
}

// "firing", "acknowledged by ann until ...".
std::string state_in_words(const Json& alert) {
  std::string words = text_at(alert, "state");
  if (has_value(alert, "by")) words += " by " + text_at(alert, "by");
  if (has_value(alert, "until")) words += " until " + moment_at(alert, "until");
  return words;
}

std::string subject_of(const Json& alert) {
  const std::string task = text_at(alert, "task");
  const std::string dag = has_value(alert, "dag") ? text_at(alert, "dag") : "the scheduler";
  return task.empty() ? dag : dag + "/" + task;
}

Result<int> list_alerts(Api& api, const AlertsCommand& options) {
  const Json answer = TRY(
      api.get("/alerts" + query_of({{"dag", options.dag},
                                    {"state", options.state},
                                    {"limit", std::to_string(options.limit)}})));
  if (options.json) return say(options, answer, "");
  Table table({">alert", "severity", "state", "about", "since", ">times", "what"});
  for (const Json& alert : array_at(answer, "alerts")) {
    table.row({std::to_string(int_at(alert, "alert")),
               text_at(alert, "severity"),
               {state_in_words(alert), style_of_alert(text_at(alert, "state"))},
               subject_of(alert),
               moment_at(alert, "raised_at"),
               std::to_string(int_at(alert, "count")),
               text_at(alert, "what")});
  }
  fmt::print("{}", table.empty() ? "no alerts: nothing is known to be wrong\n"
                                 : table.text(probe_terminal(1)));
  return static_cast<int>(kExitOk);
}

void print_lines(const Json& from, const char* key, const char* indent, std::size_t longest) {
  for (const Json& line : array_at(from, key)) {
    fmt::print("{}{}\n", indent, printable(as_text(line), longest));
  }
}

void print_changes(const Json& alert) {
  const Json& good = object_at(alert, "good");
  if (good.is_null()) return;
  const auto& changes = array_at(alert, "changes");
  fmt::print("  {} run {}, the last success ({})\n",
             changes.empty() ? "no change is known since" : "changed since", int_at(good, "run"),
             moment_at(good, "ended_at"));
  for (const Json& change : changes) {
    fmt::print("    {} {}\n", text_at(change, "kind"), printable(text_at(change, "text"), 500));
    print_lines(change, "diff", "      ", 200);
  }
}

void print_blocked(const Json& alert) {
  const Json& blocked = object_at(alert, "blocked");
  const std::string tasks = list_at(blocked, "tasks");
  if (!tasks.empty()) fmt::print("  blocked in this run: {}\n", printable(tasks, 500));
  for (const Json& dag : array_at(blocked, "dags")) {
    fmt::print("  blocked: {} ({})\n", text_at(dag, "dag"), printable(text_at(dag, "why"), 200));
  }
  for (const Json& task : array_at(blocked, "waiting")) {
    fmt::print("  blocked: {} of {} in run {}, which waits for {}\n",
               printable(text_at(task, "task"), 80), text_at(task, "dag"), int_at(task, "run"),
               printable(text_at(task, "dataset"), 80));
  }
  const Json& deadline = object_at(alert, "deadline");
  if (deadline.is_null()) return;
  fmt::print("  deadline: {} at {}, in {}\n", text_at(deadline, "dag"),
             moment_at(deadline, "due_at"), duration_at(deadline, "left_ms"));
}

void print_runbook(const Json& alert) {
  const Json& runbook = object_at(alert, "runbook");
  for (const char* key : {"url", "problem"}) {
    if (has_value(runbook, key)) {
      fmt::print("  runbook: {}\n", printable(text_at(runbook, key), 500));
    }
  }
  const std::string text = text_at(runbook, "text");
  if (text.empty()) return;
  fmt::print("  runbook:\n");
  for (const std::string_view line : split(text, '\n')) {
    fmt::print("    {}\n", printable(line, 1000));
  }
  if (flag_at(runbook, "cut")) fmt::print("    … the file goes on\n");
}

void print_story(const Json& alert) {
  const Json& log = object_at(alert, "log");
  if (has_value(log, "first_error")) {
    fmt::print("  first error: {}\n", printable(text_at(log, "first_error"), 1000));
  }
  if (!array_at(log, "lines").empty()) {
    fmt::print("  the end of its log:\n");
    print_lines(log, "lines", "    ", 1000);
  }
  print_changes(alert);
  print_blocked(alert);
  fmt::print("  to do:\n");
  print_lines(alert, "to_do", "    ", 500);
  print_runbook(alert);
}

void print_alert(const Json& alert) {
  fmt::print("{}\n", printable(text_at(alert, "what"), 2000));
  fmt::print("  {} · {} · {} time{} since {}\n", text_at(alert, "severity"),
             printable(state_in_words(alert)), int_at(alert, "count"),
             int_at(alert, "count") == 1 ? "" : "s", moment_at(alert, "raised_at"));
  if (has_value(alert, "comment")) {
    fmt::print("  “{}”\n", printable(text_at(alert, "comment"), 1000));
  }
  print_story(alert);
  for (const Json& line : array_at(alert, "timeline")) {
    fmt::print("  {}  {}\n", moment_at(line, "at"), printable(text_at(line, "text"), 1000));
  }
}

int act(const AlertActCommand& options, const char* verb, const char* done) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body = Json(Json::Object{});
    if (!options.comment.empty()) body.set("comment", options.comment);
    if (!options.until.empty()) {
      const WallTime until = TRY(parse_later("--for", options.until, system_now().wall));
      body.set("until", format_rfc3339(until));
    }
    for (const std::string& alert : options.alerts) {
      const Json answer = TRY(api.post(path_of({"alerts", alert, verb}), body));
      say(options, answer,
          fmt::format("alert {} {}: it is {}", printable(alert, 40), done,
                      printable(state_in_words(answer))));
    }
    return static_cast<int>(kExitOk);
  });
}

}  // namespace

int run_alerts(const AlertsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.alert.empty()) return list_alerts(api, options);
    const Json alert = TRY(api.get(path_of({"alerts", options.alert})));
    if (options.json) return say(options, alert, "");
    print_alert(alert);
    return static_cast<int>(kExitOk);
  });
}

int run_ack(const AlertActCommand& options) { return act(options, "acknowledge", "taken"); }
int run_unack(const AlertActCommand& options) {
  return act(options, "unacknowledge", "given back");
}
int run_snooze(const AlertActCommand& options) { return act(options, "snooze", "put off"); }
int run_resolve(const AlertActCommand& options) { return act(options, "resolve", "ended"); }

}  // namespace tidemill::client
