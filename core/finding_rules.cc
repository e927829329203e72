#include "core/finding_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;
constexpr auto kNote = Severity::note;

constexpr RuleInfo kRules[] = {
    {Rule::yaml_syntax, "TM001", kError, "Not valid YAML",
     "The text cannot be read as YAML. The place is where reading failed; the mistake is there "
     "or just before it."},
    {Rule::not_utf8, "TM002", kError, "Not UTF-8",
     "DAG files are UTF-8 text, with or without a byte order mark. UTF-16 and broken bytes are "
     "refused."},
    {Rule::control_character, "TM003", kError, "Control character",
     "NUL and other control characters are not allowed in the file, nor a carriage return that "
     "ends no line."},
    {Rule::tab_indentation, "TM004", kError, "Tab in the indentation",
     "YAML indents with spaces. Tabs inside block texts and quotes are text and stay."},
    {Rule::open_quote, "TM005", kError, "Quote never closed",
     "A text in quotes goes on to the end of the file, or over lines that were not meant to "
     "belong to it."},
    {Rule::anchor_or_alias, "TM006", kError, "Anchors and aliases",
     "`&` anchors and `*` aliases are refused; `defaults:` gives values to all tasks. A text "
     "that starts with one of these characters, such as a cron expression, needs quotes."},
    {Rule::merge_key, "TM007", kError, "Merge key",
     "`<<` is refused; `defaults:` gives values to all tasks."},
    {Rule::yaml_tag, "TM008", kError, "YAML tag",
     "`!tags` are refused. A text that starts with `!`, such as a condition, needs quotes."},
    {Rule::yaml_directive, "TM009", kError, "YAML directive",
     "`%YAML` and `%TAG` lines are refused."},
    {Rule::second_document, "TM010", kError, "More than one document",
     "One file is one DAG: a second `---` and `...` are refused."},
    {Rule::duplicate_key, "TM011", kError, "Key given twice",
     "A key may stand once in a map. Both places are named."},
    {Rule::key_not_text, "TM012", kError, "Key is not text",
     "A key must be one text, not a list, a map or null."},
    {Rule::too_large, "TM013", kError, "Too large",
     "The file, a text, the number of values or the nesting is beyond its bound."},
    {Rule::empty_file, "TM014", kError, "Empty file", "The file is empty or holds comments only."},
    {Rule::root_not_map, "TM015", kError, "Not a map",
     "The top of a DAG file is a map with keys such as `name` and `tasks`."},
    {Rule::bidi_control, "TM016", kWarning, "Hidden direction change",
     "A bidirectional control character makes text look different from what runs."},
    {Rule::unreadable_file, "TM017", kError, "File cannot be read",
     "The file does not exist, or its permissions forbid reading."},
    {Rule::not_regular_file, "TM018", kError, "Not a regular file",
     "FIFOs, devices, sockets and directories with a DAG file's name are refused."},
    {Rule::symbolic_link, "TM019", kError, "Symbolic link",
     "A link that dangles or leads out of the folder is refused; one that stays inside is "
     "followed."},
    {Rule::writable_by_all, "TM020", kError, "Writable by everybody",
     "A DAG file that every user of the machine may write would let them run commands as the "
     "worker."},
    {Rule::duplicate_dag, "TM021", kError, "DAG name in use", "Two files give the same DAG name."},
    {Rule::too_many_findings, "TM022", kNote, "More findings",
     "Only the first thousand findings of a file are shown."},
    {Rule::unknown_key, "TM030", kError, "Unknown key",
     "The key means nothing here. Keys are never ignored, because a typing mistake would then "
     "change the meaning."},
    {Rule::wrong_type, "TM031", kError, "Wrong kind of value",
     "The value is a list, a map, a text or a number where another kind is needed."},
    {Rule::ambiguous_scalar, "TM032", kError, "Unquoted text that reads as something else",
     "Without quotes, YAML readers take `no` as false, `010` as 8 or 10, `1e3` as 1000 and "
     "`12:30:45` as 45045. Quotes say what is meant."},
    {Rule::missing_key, "TM033", kError, "Key is missing", "A key that must be there is not."},
    {Rule::unknown_word, "TM034", kError, "Unknown word",
     "The value is none of the words that are possible here."},
    {Rule::out_of_range, "TM035", kError, "Out of range",
     "The number is below its least or above its greatest value."},
    {Rule::bad_duration, "TM036", kError, "Not a duration",
     "Durations are one whole number and one unit: 500ms, 30s, 15m, 2h, 7d."},
    {Rule::bad_size, "TM037", kError, "Not a size",
     "Sizes are a whole number and a unit: 512MiB, 2GiB."},
    {Rule::not_supported_yet, "TM038", kError, "Not supported yet",
     "The key belongs to the language, but this version cannot do it. It is refused, because a "
     "run without it would do something else."},
    {Rule::same_key_twice, "TM039", kError, "Two spellings of one key",
     "`needs`, `depends` and `depends_on` are one key, and so are `retries` and `retry.limit`."},
    {Rule::bad_dag_name, "TM040", kError, "Bad DAG name",
     "A DAG's name is a lower-case letter and up to 63 more of a-z 0-9 _."},
    {Rule::repeated_item, "TM041", kError, "Item given twice",
     "A list that names things names each of them once."},
    {Rule::empty_value, "TM042", kError, "Empty value", "A value is needed here."},
    {Rule::bad_text, "TM043", kError, "Character not allowed",
     "The text holds a NUL or another character that cannot reach a process or a file."},
    {Rule::no_tasks, "TM050", kError, "No tasks", "A DAG has at least one task."},
    {Rule::bad_task_id, "TM051", kError, "Bad task id",
     "A task id is up to 64 of A-Z a-z 0-9 _ . - and starts with a letter, a digit or _. It "
     "becomes part of names, so nothing else is possible."},
    {Rule::similar_task_ids, "TM052", kError, "Task ids differ by case only",
     "Ids are compared without regard to case."},
    {Rule::too_many, "TM053", kError, "Too many tasks or edges",
     "A DAG has at most 100,000 tasks and 2,000,000 edges."},
    {Rule::run_or_command, "TM054", kError, "Neither or both of run and command",
     "A task does exactly one thing: a script (`run`) or a program with arguments (`command`)."},
    {Rule::template_in_script, "TM055", kError, "Template in a script",
     "Values never enter shell text: a script is passed on untouched. Give the value a variable "
     "in `env` and use that."},
    {Rule::bad_command, "TM056", kError, "Bad command",
     "`command` is a list of texts, the program first."},
    {Rule::too_long, "TM057", kError, "Too long for a process",
     "One argument or variable is at most 128 KiB, all of them together 1 MiB: half of what the "
     "system takes."},
    {Rule::unknown_task, "TM058", kError, "Unknown task", "No task has this id."},
    {Rule::self_dependency, "TM059", kError, "Task needs itself", "A task cannot wait for itself."},
    {Rule::cycle, "TM060", kError, "Cycle",
     "The tasks wait for each other, so none of them can start. The path is printed."},
    {Rule::bad_needs, "TM061", kError, "Bad needs expression",
     "`needs` is a list of tasks, or an expression such as \"train.succeeded && !audit.failed\"."},
    {Rule::rule_and_expression, "TM062", kError, "trigger_rule beside a needs expression",
     "A needs expression decides by itself; a trigger rule beside it would be ignored."},
    {Rule::never_runs, "TM063", kError, "Task can never run",
     "However the upstream tasks end, the task does not run."},
    {Rule::rule_without_needs, "TM064", kWarning, "Trigger rule without needs",
     "A task without upstreams is ready at once, whatever its rule."},
    {Rule::constant_condition, "TM065", kWarning, "Condition is always the same",
     "The condition does not depend on anything."},
    {Rule::early_read, "TM066", kWarning, "May read before it is there",
     "The trigger rule lets the task start although the task it reads from has not succeeded. "
     "The value may be null, the input missing."},
    {Rule::unknown_pool, "TM067", kError, "Unknown pool", "The pool is not declared in `pools`."},
    {Rule::pool_too_small, "TM068", kError, "Never fits its pool",
     "The task takes more slots than its pool has."},
    {Rule::unused_pool, "TM069", kWarning, "Pool without tasks", "No task uses the pool."},
    {Rule::bad_env_name, "TM070", kError, "Variable name refused",
     "Names are letters, digits and _. Names that change how programs are loaded or shells "
     "behave (LD_…, IFS, BASH_ENV, …) and TIDEMILL_… are refused."},
    {Rule::secret_in_clear, "TM071", kWarning, "Secret in clear text",
     "A variable whose name looks like a password or a token has its value in the file. Use "
     "`secrets`."},
    {Rule::env_and_secret, "TM072", kError, "Variable given twice",
     "A variable is either in `env` or in `secrets`."},
    {Rule::bad_secret_name, "TM073", kError, "Bad secret name",
     "Names of secrets are letters, digits and _ . - /."},
    {Rule::bad_name, "TM074", kError, "Bad name",
     "Names of outputs, metrics, artifacts, inputs, parameters, pools and labels have few "
     "characters, so that expressions, variables and paths can hold them."},
    {Rule::bad_path, "TM075", kError, "Bad path",
     "Paths of artifacts stay below their directory: no `..`, no leading `/`, no empty parts, no "
     "backslash. `cwd` is a path from the DAG's folder."},
    {Rule::bad_input, "TM076", kError, "Bad input",
     "An input is written tasks.TASK.artifacts.NAME."},
    {Rule::unknown_artifact, "TM077", kError, "Unknown artifact",
     "The task does not declare this artifact."},
    {Rule::not_upstream, "TM078", kError, "Reads from a task that is not upstream",
     "A value can be read only from a task that has certainly ended: one that the reader needs, "
     "directly or through others."},
    {Rule::bad_expect, "TM079", kError, "Bad expectation",
     "An expectation is a comparison (`>= 1000`), a range (`0.5..2`) or a value."},
    {Rule::undeclared_expect, "TM080", kError, "Expectation of an undeclared value",
     "`expect` speaks of declared outputs and metrics only."},
    {Rule::bad_retry, "TM081", kError, "Retry policy contradicts itself",
     "Two values of the retry policy cannot hold together."},
    {Rule::useless_retry, "TM082", kWarning, "Retry rule without effect",
     "The rule can never decide anything."},
    {Rule::bad_shell, "TM083", kError, "Bad shell",
     "`shell` is one word: a name, or the path of an interpreter."},
    {Rule::bad_umask, "TM084", kError, "Bad umask",
     "A umask is three octal digits in quotes, such as \"022\"."},
    {Rule::text_expectation, "TM085", kWarning, "Expectation compared as text",
     "The expectation is no comparison that Tidemill knows, so the value must be this very text. "
     "Write `>= 100` for a number, or `== text` when the text is meant."},
    {Rule::bad_template, "TM090", kError, "Bad expression",
     "The text between ${{ and }}, or the condition, cannot be read as an expression."},
    {Rule::unknown_reference, "TM091", kError, "Unknown reference",
     "The expression names something that does not exist. It would never become an empty text."},
    {Rule::expression_type, "TM092", kError, "Operands do not fit",
     "The expression applies an operator or a function to values it cannot work on."},
    {Rule::secret_in_argv, "TM093", kError, "Secret in an argument",
     "Arguments are visible to every user of the machine. Secrets reach a task through `env` "
     "only."},
    {Rule::bad_param, "TM100", kError, "Parameter contradicts itself",
     "Two parts of the declaration cannot hold together."},
    {Rule::bad_default, "TM101", kError, "Default does not fit",
     "The default, or a value of `enum`, is not what the declaration accepts."},
    {Rule::unused_param, "TM102", kNote, "Parameter not named in this file",
     "No expression and no script in the file names the parameter. A program may still read its "
     "variable."},
    {Rule::bad_cron, "TM110", kError, "Bad cron expression", "The field and the value are named."},
    {Rule::unknown_zone, "TM111", kError, "Unknown time zone",
     "Zones are IANA names such as Europe/Berlin."},
    {Rule::never_fires, "TM112", kError, "Schedule never fires", "No instant fits the schedule."},
    {Rule::too_often, "TM113", kError, "Fires too often",
     "A schedule fires at most once a second."},
    {Rule::fires_often, "TM114", kWarning, "Fires very often",
     "The schedule fires more often than every ten seconds."},
    {Rule::uneven_step, "TM115", kWarning, "Uneven step",
     "The step does not divide its field, so the last gap of each round is shorter: */7 minutes "
     "fires at :56 and again at :00."},
    {Rule::past_schedule, "TM116", kWarning, "All instants are past",
     "Every instant of the schedule lies in the past."},
    {Rule::bad_schedule, "TM117", kError, "Bad schedule",
     "A schedule is exactly one of cron, every, at, dates and calendar, with the keys that "
     "belong to it."},
    {Rule::bad_instant, "TM118", kError, "Not a date or an instant",
     "Dates are YYYY-MM-DD, instants RFC 3339 with a zone, times of day HH:MM."},
    {Rule::far_future, "TM119", kWarning, "Beyond 2037",
     "The system's tables of clock changes end in 2037; local times after that may be off by an "
     "hour."},
    {Rule::bad_holidays, "TM120", kError, "Bad holidays file",
     "The file cannot be read, or a line is not a date."},
    {Rule::unused_key, "TM121", kWarning, "Key without effect",
     "The key has no effect beside the others."},
    {Rule::bad_trigger, "TM122", kError, "Bad trigger",
     "A trigger names one other DAG, datasets or a webhook. A DAG cannot start itself."},
    {Rule::trigger_loop, "TM123", kError, "DAGs start each other",
     "The triggers of the folder's DAGs lead back to this one, so that runs would never end. The "
     "path is printed."},
    {Rule::unknown_trigger, "TM124", kWarning, "Trigger names no DAG of the folder",
     "Until there is a DAG of this name, the trigger starts nothing."},
    {Rule::bad_wait, "TM125", kError, "Bad wait_for",
     "A task that waits names exactly one file, address, time or dataset, and only keys that "
     "belong "
     "to it."},
    {Rule::bad_approval, "TM126", kError, "Bad approval",
     "An approval has a prompt, and fields that a person can fill in. When it is approved without "
     "a "
     "person, each field needs a default."},
    {Rule::not_with_action, "TM127", kError, "Key does not belong to a built-in action",
     "wait_for and approval start no process, so what describes a process would be ignored."},
    {Rule::never_published, "TM128", kWarning, "Nothing publishes the dataset",
     "No task of the folder's DAGs publishes it, so the trigger starts nothing."},
    {Rule::bad_channel, "TM140", kError, "Bad channel",
     "A channel of alerts is exactly one of slack, pagerduty, alertmanager, ntfy, smtp and "
     "webhook, with an address that can be one."},
    {Rule::secret_in_file, "TM141", kError, "Secret written into the file",
     "Passwords, tokens and addresses that hold one never stand in the file of alerts. They are "
     "kept as secrets, and the file names them: `{secret: NAME}`."},
    {Rule::unknown_name, "TM142", kError, "Unknown channel, person, rotation or policy",
     "Nothing of this name stands in the file of alerts."},
    {Rule::bad_rotation, "TM143", kError, "Bad rotation",
     "Turns name people and last whole days, and each has somebody."},
    {Rule::bad_policy, "TM144", kError, "Bad policy",
     "A policy has at least one step, targets are written user.NAME, rotation.NAME or "
     "channel.NAME, and its last step tells somebody in any case."},
    {Rule::may_be_silent, "TM145", kWarning, "Nobody may be on call",
     "The layers of the rotation leave times at which nobody is on call. A step that reaches "
     "nobody is passed over; a last step then tells everybody in the rotation."},
    {Rule::unknown_policy, "TM146", kWarning, "Unknown policy",
     "The file of alerts has no policy of this name, so the default one is used."},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < std::size(kRules); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
    if (i > 0 && !(kRules[i - 1].id < kRules[i].id)) return false;
  }
  return true;
}
static_assert(in_enum_order(), "the table follows the enum and the ids rise");

}  // namespace

std::span<const RuleInfo> all_rules() { return kRules; }

const RuleInfo& rule_info(Rule rule) {
  const auto index = static_cast<std::size_t>(rule);
  CHECK(index < std::size(kRules));
  return kRules[index];
}

const RuleInfo* find_rule(std::string_view id) {
  const auto* found = std::find_if(std::begin(kRules), std::end(kRules),
                                   [&](const RuleInfo& info) { return info.id == id; });
  return found == std::end(kRules) ? nullptr : found;
}

std::string rules_markdown() {
  std::string out =
      "# Rules\n\n"
      "What `tidemill validate` reports. Errors keep a DAG from being loaded; warnings and notes "
      "do "
      "not.\nIds are stable. This page is made from the table in `core/finding_rules.cc`.\n\n"
      "| id | severity | rule |\n|---|---|---|\n";
  for (const RuleInfo& info : kRules) {
    out += fmt::format("| <a id=\"{}\"></a>{} | {} | **{}.** {} |\n", info.id, info.id,
                       to_word(info.severity), info.title, info.text);
  }
  return out;
}

}  // namespace tidemill
