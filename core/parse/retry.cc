#include "core/parse/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "core/parse/values.h"

namespace tidemill {
namespace {

std::uint32_t bit(Cause cause) { return 1u << static_cast<unsigned>(cause); }

class RetryReader {
 public:
  RetryReader(ParseContext& context, const YamlNode& node, const std::string& where)
      : context_(context), node_(node), where_(where + ".retry") {}

  RetryPolicy read() {
    read_int(node_.find("limit"), policy_.limit);
    read_number(node_.find("backoff"), policy_.backoff);
    read_number(node_.find("jitter"), policy_.jitter);
    read_delays();
    read_causes();
    if (const YamlNode* rules = node_.find("rules")) read_rules(*rules);
    return std::move(policy_);
  }

 private:
  void add(Rule rule, const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(rule, at.mark, std::move(message), std::move(hint));
  }

  void read_delays() {
    const YamlNode* max_delay = node_.find("max_delay");
    const bool delay_given = read_duration(node_.find("delay"), policy_.delay);
    const bool max_given = read_duration(max_delay, policy_.max_delay);
    // A delay above the default bound is meant; only a bound that is written down can contradict
    // it.
    if (delay_given && !max_given) policy_.max_delay = std::max(policy_.max_delay, policy_.delay);
    if (max_given && policy_.max_delay < policy_.delay) {
      add(Rule::bad_retry, *max_delay,
          fmt::format("{}.max_delay {} is shorter than the delay {}", where_, max_delay->text,
                      format_duration(policy_.delay)));
    }
  }

  void read_causes() {
    const YamlNode* node = node_.find("on");
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::sequence && node->items.empty()) {
      add(Rule::empty_value, *node, where_ + ".on is an empty list",
          "write limit: 0 for no retries");
    }
    for_each_text(node, [&](const YamlNode& item) {
      const auto cause = cause_from(item.text);
      if (!cause) return;
      if (policy_.on & bit(*cause))
        add(Rule::repeated_item, item, fmt::format("{} is given twice", item.text));
      policy_.on |= bit(*cause);
    });
  }

  void read_rules(const YamlNode& rules) {
    bool decided = false;  // a rule without conditions takes every attempt
    for (const YamlNode& item : rules.items) {
      if (item.kind != YamlNode::Kind::map) continue;
      if (decided) {
        add(Rule::useless_retry, item,
            "this rule is never reached: the one before it has no conditions");
      }
      policy_.rules.push_back(read_rule(item));
      const RetryRule& rule = policy_.rules.back();
      decided = rule.exit_codes.empty() && !rule.cause && rule.log_matches.empty();
      const bool retries = rule.action == RetryRule::Action::retry;
      if (retries && policy_.limit == 0) {
        add(Rule::useless_retry, item,
            fmt::format("this rule asks for a retry, but {}.limit is 0", where_),
            "set limit to at least 1");
      }
    }
  }

  RetryRule read_rule(const YamlNode& node) {
    RetryRule rule;
    for_each_scalar(node.find("exit_codes"), [&](const YamlNode& item) {
      int code = 0;
      if (read_int(&item, code)) rule.exit_codes.push_back(code);
    });
    std::string word;
    if (read_text(node.find("cause"), word)) rule.cause = cause_from(word);
    read_text(node.find("log_matches"), rule.log_matches);
    if (node.find("log_matches") != nullptr && trim(rule.log_matches).empty()) {
      add(Rule::empty_value, *node.find("log_matches"),
          "log_matches is empty, so it would fit every log");
    }
    const bool fails = read_text(node.find("action"), word) && word == "fail";
    if (fails) rule.action = RetryRule::Action::fail;
    Duration delay{};
    if (read_duration(node.find("delay"), delay)) rule.delay = delay;
    read_memory(node, rule);
    for (const std::string_view key : {"delay", "memory"}) {
      const YamlNode* stray = fails ? node.find(key) : nullptr;
      if (stray != nullptr)
        add(Rule::bad_retry, *stray, fmt::format("{} means nothing beside action: fail", key));
    }
    if (rule.cause && *rule.cause != Cause::exit && !rule.exit_codes.empty()) {
      add(Rule::bad_retry, *node.find("exit_codes"),
          fmt::format("exit codes come with cause exit only, not with {}", to_word(*rule.cause)));
    }
    return rule;
  }

  void read_memory(const YamlNode& node, RetryRule& rule) {
    const YamlNode* memory = node.find("memory");
    if (!is_text(memory)) return;
    const auto factor = memory->text.starts_with('x')
                            ? to_double(std::string_view(memory->text).substr(1))
                            : std::nullopt;
    if (factor && *factor > 1 && *factor <= 100) {
      rule.memory_factor = *factor;
      return;
    }
    add(Rule::bad_retry, *memory,
        fmt::format("memory is \"{}\", but must be a factor from x1 to x100",
                    printable(memory->text, 40)),
        "for example memory: x1.5");
  }

  ParseContext& context_;
  const YamlNode& node_;
  std::string where_;
  RetryPolicy policy_;
};

}  // namespace

std::shared_ptr<const RetryPolicy> read_retry(ParseContext& context, const YamlNode& node,
                                              const std::string& where,
                                              std::shared_ptr<const RetryPolicy> inherited) {
  const YamlNode* retry = node.find("retry");
  const YamlNode* retries = node.find("retries");
  if (retry != nullptr && retry->kind == YamlNode::Kind::map) {
    if (retries != nullptr && retry->find("limit") != nullptr) {
      context.findings.add(Rule::same_key_twice, retries->mark,
                           "retries is short for retry.limit, which is given as well",
                           "keep one of them");
    }
    inherited = std::make_shared<const RetryPolicy>(RetryReader(context, *retry, where).read());
  }
  int limit = 0;
  if (!read_int(retries, limit)) return inherited;
  RetryPolicy policy = *inherited;
  policy.limit = limit;
  return std::make_shared<const RetryPolicy>(std::move(policy));
}

}  // namespace tidemill
