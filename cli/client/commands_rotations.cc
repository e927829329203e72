// The words of the commands about who is on call and what is not told.
#include "cli/client/add_command.h"
#include "cli/client/on_call.h"

namespace tidemill::client {
namespace {

void add_rotation_look(CLI::App& command, OnCallCommand& options) {
  command.add_option("ROTATION", options.rotation, "Only this one");
  command.add_option("--at", options.at, "A time, or a duration from now")->type_name("TIME");
}

void add_override(CLI::App& group, Chosen& chosen) {
  static OverrideCommand options, removed;
  auto& command = add_below(group, chosen, "override", "Put others on call for a while", options,
                            run_on_call_override);
  command.add_option("ROTATION", options.rotation, "The rotation")->required();
  command.add_option("--user", options.users, "Who is on call; repeat for more")
      ->required()
      ->allow_extra_args(false)
      ->type_name("USER");
  command.add_option("--from", options.from, "A time, or a duration from now (default: now)")
      ->type_name("TIME");
  command.add_option("--until", options.until, "A time, or a duration from now")
      ->required()
      ->type_name("TIME");
  command.add_option("--reason", options.reason, "Why")->type_name("TEXT");
  command.footer("Example:\n  tidemill oncall override primary --user ann --until 8h");
  auto& remove = add_below(group, chosen, "remove", "Take an override back", removed,
                           run_on_call_remove);
  remove.add_option("ROTATION", removed.rotation, "The rotation")->required();
  remove.add_option("OVERRIDE", removed.id, "Its number")->required();
}

void add_on_call(CLI::App& app, Chosen& chosen) {
  static OnCallCommand all, now, next, overrides;
  auto& group = add_group(app, chosen, kOnCallGroup, "oncall",
                          "Who is on call now and next; overrides", all, run_on_call);
  add_rotation_look(add_below(group, chosen, "now", "Who is on call now", now, run_on_call), now);
  add_rotation_look(
      add_below(group, chosen, "next", "Who is next, and from when", next, run_on_call_next), next);
  add_rotation_look(add_below(group, chosen, "list", "Overrides that count now or later", overrides,
                              run_on_call_overrides),
                    overrides);
  add_override(group, chosen);
}

void add_silence_add(CLI::App& group, Chosen& chosen) {
  static SilenceCommand options;
  auto& command = add_below(group, chosen, "add", "Let alerts not be told for a while", options,
                            run_silence_add);
  command.add_option("DAG", options.dag, "About this dag; * and ? stand for any characters")
      ->required();
  command.add_option("--task", options.task, "Only about this task, likewise")->type_name("TASK");
  command.add_option("--cause", options.cause, "Only of this cause, likewise")->type_name("CAUSE");
  command.add_option("--severity", options.severities, "Only of this severity; repeat for more")
      ->allow_extra_args(false)
      ->type_name("SEVERITY");
  command.add_option("--from", options.from, "A time, or a duration from now (default: now)")
      ->type_name("TIME");
  command.add_option("--for", options.until, "How long, or until when")
      ->required()
      ->type_name("TIME");
  command.add_option("--reason", options.reason, "Why nobody is to be told")
      ->required()
      ->type_name("TEXT");
  command.add_flag("--maintenance", options.maintenance, "It is a planned maintenance window");
  command.footer(
      "Examples:\n"
      "  tidemill silence add etl --for 2h --reason \"the source is down, ticket 12\"\n"
      "  tidemill silence add '*' --maintenance --from 2026-12-01T20:00:00Z --for 2h --reason "
      "\"new disks\"");
}

void add_silence(CLI::App& app, Chosen& chosen) {
  static SilencesCommand all, list;
  static SilenceCommand ended;
  auto& group = add_group(app, chosen, kOnCallGroup, "silence",
                          "List what is not told for a while; silence alerts", all, run_silences);
  add_silence_add(group, chosen);
  auto& listing = add_below(group, chosen, "list", "List silences and maintenance windows", list,
                            run_silences);
  listing.add_flag("--all", list.all, "Also those that are over");
  listing.add_option("--limit", list.limit, "At most so many")
      ->check(CLI::Range(1, 500))
      ->type_name("N");
  auto& end = add_below(group, chosen, "end", "End one before its time", ended, run_silence_end);
  end.add_option("SILENCE", ended.id, "Its number")->required();
}

}  // namespace

void add_rotation_commands(CLI::App& app, Chosen& chosen) {
  add_on_call(app, chosen);
  add_silence(app, chosen);
}

}  // namespace tidemill::client
