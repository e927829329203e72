// `dags`: what there is, or one of them with its parameters, schedules and tasks.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

std::string state_of(const Json& dag) {
  const std::string state = text_at(dag, "state");
  return flag_at(dag, "paused") && state == "ok" ? "paused" : state;
}

int list_dags(const DagsCommand& options, const Json& answer) {
  if (options.json) return say(options, answer, "");
  const std::string problem = text_at(answer, "problem");
  if (!problem.empty()) fmt::print(stderr, "tidemill: {}\n", printable(problem, 1000));
  Table table({"dag", "state", "next", "schedule", "owner", "description"});
  for (const Json& dag : array_at(answer, "dags")) {
    const std::string state = state_of(dag);
    const std::string text = text_at(dag, "description");
    table.row({text_at(dag, "dag"),
               {state, style_of_state(state)},
               moment_at(dag, "next_instant"),
               list_at(dag, "schedules"),
               text_at(dag, "owner"),
               text.substr(0, text.find('\n'))});
  }
  if (table.empty()) {
    fmt::print("there are no DAG files in {}\n", printable(text_at(answer, "folder"), 1000));
  } else {
    fmt::print("{}", table.text(probe_terminal(1)));
  }
  return kExitOk;
}

void print_line(const char* head, const std::string& text) {
  if (!text.empty() && text != "-") fmt::print("{:<12}{}\n", head, printable(text, 2000));
}

std::string limits_of(const Json& param) {
  std::string out;
  const auto add = [&](const char* key, const char* word) {
    if (has_value(param, key)) out += fmt::format("{} {}  ", word, as_text(object_at(param, key)));
  };
  add("minimum", "from");
  add("maximum", "to");
  add("min_length", "at least");
  add("max_length", "at most");
  add("pattern", "like");
  if (const std::string allowed = list_at(param, "enum"); !allowed.empty())
    out += "one of " + allowed + "  ";
  return out + text_at(param, "description");
}

void print_params(const Json& definition) {
  Table table({"  param", "type", "default", "meaning"});
  for (const Json& param : array_at(definition, "params")) {
    std::string type = text_at(param, "type");
    if (has_value(param, "items")) type += " of " + text_at(param, "items");
    table.row({"  " + text_at(param, "name"), type,
               flag_at(param, "required") ? std::string("required")
                                          : as_text(object_at(param, "default")),
               limits_of(param)});
  }
  if (!table.empty()) fmt::print("\n{}", table.text(probe_terminal(1)));
}

void print_tasks(const Json& definition) {
  Table table({"  task", "needs", "rule", "description"});
  for (const Json& task : array_at(definition, "tasks")) {
    const std::string text = text_at(task, "description");
    table.row({"  " + text_at(task, "id"), list_at(task, "needs"), text_at(task, "trigger_rule"),
               text.substr(0, text.find('\n'))});
  }
  if (!table.empty()) fmt::print("\n{}", table.text(probe_terminal(1)));
}

void print_findings(const Json& dag) {
  for (const Json& finding : array_at(dag, "findings")) {
    fmt::print("  {}:{}:{}: {}: {}\n", text_at(dag, "file"), int_at(finding, "line"),
               int_at(finding, "column"), text_at(finding, "severity"),
               printable(text_at(finding, "message"), 1000));
  }
}

int show_dag(const Json& dag) {
  const std::string state = state_of(dag);
  fmt::print("{}  {}\n", printable(text_at(dag, "dag")),
             styled(probe_terminal(1), style_of_state(state), state));
  print_line("about", text_at(dag, "description"));
  print_line("owner", text_at(dag, "owner"));
  print_line("tags", list_at(dag, "tags"));
  print_line("file", text_at(dag, "file"));
  print_line("schedule", list_at(dag, "schedules"));
  print_line("next", moment_at(dag, "next_instant"));
  if (flag_at(dag, "paused")) {
    print_line(
        "paused by",
        fmt::format("{} at {}{}{}", text_at(dag, "paused_by"), moment_at(dag, "paused_at"),
                    has_value(dag, "paused_reason") ? ": " : "", text_at(dag, "paused_reason")));
  }
  print_findings(dag);
  const Json& definition = object_at(dag, "definition");
  print_params(definition);
  print_tasks(definition);
  return kExitOk;
}

}  // namespace

int run_dags(const DagsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.dag.empty()) return list_dags(options, TRY(api.get("/dags")));
    const Json dag = TRY(api.get(path_of({"dags", options.dag})));
    return options.json ? say(options, dag, "") : show_dag(dag);
  });
}

}  // namespace tidemill::client
