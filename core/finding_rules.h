// Every rule that a check can break, in one table: its stable id, how grave it is, and what it
// means. docs/rules.md is made from it. An id is never given to another rule; a rule that goes
// leaves a hole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/finding.h"

namespace tidemill {

enum class Rule : std::uint8_t {
  yaml_syntax,
  not_utf8,
  control_character,
  tab_indentation,
  open_quote,
  anchor_or_alias,
  merge_key,
  yaml_tag,
  yaml_directive,
  second_document,
  duplicate_key,
  key_not_text,
  too_large,
  empty_file,
  root_not_map,
  bidi_control,
  unreadable_file,
  not_regular_file,
  symbolic_link,
  writable_by_all,
  duplicate_dag,
  too_many_findings,
  unknown_key,
  wrong_type,
  ambiguous_scalar,
  missing_key,
  unknown_word,
  out_of_range,
  bad_duration,
  bad_size,
  not_supported_yet,
  same_key_twice,
  bad_dag_name,
  repeated_item,
  empty_value,
  bad_text,
  no_tasks,
  bad_task_id,
  similar_task_ids,
  too_many,
  run_or_command,
  template_in_script,
  bad_command,
  too_long,
  unknown_task,
  self_dependency,
  cycle,
  bad_needs,
  rule_and_expression,
  never_runs,
  rule_without_needs,
  constant_condition,
  early_read,
  unknown_pool,
  pool_too_small,
  unused_pool,
  bad_env_name,
  secret_in_clear,
  env_and_secret,
  bad_secret_name,
  bad_name,
  bad_path,
  bad_input,
  unknown_artifact,
  not_upstream,
  bad_expect,
  undeclared_expect,
  bad_retry,
  useless_retry,
  bad_shell,
  bad_umask,
  text_expectation,
  bad_template,
  unknown_reference,
  expression_type,
  secret_in_argv,
  bad_param,
  bad_default,
  unused_param,
  bad_cron,
  unknown_zone,
  never_fires,
  too_often,
  fires_often,
  uneven_step,
  past_schedule,
  bad_schedule,
  bad_instant,
  far_future,
  bad_holidays,
  unused_key,
  bad_trigger,
  trigger_loop,
  unknown_trigger,
  bad_wait,
  bad_approval,
  not_with_action,
  never_published,
  bad_channel,
  secret_in_file,
  unknown_name,
  bad_rotation,
  bad_policy,
  may_be_silent,
  unknown_policy,
};

struct RuleInfo {
  Rule rule;
  std::string_view id;  // "TM021"
  Severity severity;
  std::string_view title;
  std::string_view text;  // one or two sentences, Markdown
};

// In the order of their ids.
std::span<const RuleInfo> all_rules();
const RuleInfo& rule_info(Rule rule);
// nullptr when no rule has this id.
const RuleInfo* find_rule(std::string_view id);

// docs/rules.md.
std::string rules_markdown();

}  // namespace tidemill
