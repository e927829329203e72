#include "core/alert/policies_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/alert/policies_context.h"
#include "core/alert/policies_fields.h"
#include "core/fields_check.h"
#include "core/parse/tree.h"
#include "core/parse/values.h"

namespace tidemill {
namespace {

// Of the daemon's users: lower case, as an account has it.
bool is_user(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '_' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), allowed);
}

void read_top(PoliciesContext& context) {
  AlertPolicies& policies = context.policies;
  const YamlNode& root = context.root;
  if (const YamlNode* node = root.find("default"); read_text(node, policies.default_policy)) {
    context.is_known("policy", node->text, "policies", node->mark);
  }
  if (const YamlNode* node = root.find("check_in"); read_text(node, policies.check_in_url)) {
    check_web_address(context, *node, "check_in");
  }
  const YamlNode* canary = root.find("canary");
  if (!read_duration(canary, policies.canary_every)) return;
  if (policies.canary_every > Duration::zero() && policies.canary_every < std::chrono::minutes(1)) {
    context.findings.add(Rule::out_of_range, canary->mark,
                         fmt::format("canary is {}, but must be 0s or at least 1m", canary->text));
  }
}

}  // namespace

std::vector<const YamlNode::Entry*> PoliciesContext::named(std::string_view key) {
  std::vector<const YamlNode::Entry*> entries;
  const YamlNode* node = root.find(key);
  if (node == nullptr || !is_bounded(findings, node, key)) return entries;
  for (const YamlNode::Entry& entry : node->entries) {
    if (entry.value.kind == YamlNode::Kind::map) entries.push_back(&entry);
  }
  return entries;
}

bool PoliciesContext::is_known(std::string_view what, std::string_view name, std::string_view key,
                               Mark place) {
  auto [known, is_new] = names.try_emplace(key);
  const YamlNode* node = root.find(key);
  if (is_new && node != nullptr) {
    for (const YamlNode::Entry& entry : node->entries) known->second.insert(entry.key);
  }
  if (known->second.count(name) > 0) return true;
  // Looking for what was meant is not free, and nobody reads a hundred of them.
  std::string hint;
  if (known->second.empty()) {
    hint = fmt::format("the file has no {} at all", what);
  } else if (findings.errors() < 100 && known->second.size() <= kMaxItems) {
    const std::vector<std::string_view> all(known->second.begin(), known->second.end());
    hint = did_you_mean(name, all);
  }
  findings.add(Rule::unknown_name, place,
               fmt::format("there is no {} \"{}\"", what, printable(name, 70)), std::move(hint));
  return false;
}

ZonePtr PoliciesContext::zone(const YamlNode* node) {
  if (!is_text(node)) return utc_zone();
  auto found = find_zone(node->text);
  if (found.ok()) return found.value();
  findings.add(Rule::unknown_zone, node->mark, found.error().message);
  return nullptr;
}

void PoliciesContext::read_span(const YamlNode* node, std::string_view what, Duration most,
                                Duration& out) {
  if (!read_duration(node, out) || out <= most) return;
  findings.add(
      Rule::out_of_range, node->mark,
      fmt::format("{} is {}, but must be at most {}", what, node->text, format_duration(most)));
}

void PoliciesContext::bad_name(std::string_view what, const YamlNode::Entry& entry) {
  findings.add(Rule::bad_name, entry.key_mark,
               fmt::format("\"{}\" cannot be a {}'s name", printable(entry.key, 70), what),
               "use up to 64 letters, digits, _ and -, and start with a letter or _");
}

void read_people(PoliciesContext& context) {
  for (const YamlNode::Entry* entry : context.named("people")) {
    OnCallPerson person{entry->key, {}};
    if (!is_user(entry->key)) {
      context.findings.add(Rule::bad_name, entry->key_mark,
                           fmt::format("\"{}\" cannot be a user's name", printable(entry->key, 70)),
                           "users are up to 64 of a-z 0-9 . _ -, and begin with a letter or digit");
    }
    const YamlNode* list = entry->value.find("channels");
    if (!is_bounded(context.findings, list, "channels")) continue;
    for_each_text(list, [&](const YamlNode& name) {
      if (!context.is_known("channel", name.text, "channels", name.mark)) return;
      if (std::find(person.channels.begin(), person.channels.end(), name.text) !=
          person.channels.end()) {
        context.findings.add(Rule::repeated_item, name.mark,
                             fmt::format("the channel {} is given twice", name.text));
      }
      person.channels.push_back(name.text);
    });
    if (list != nullptr && list->kind == YamlNode::Kind::sequence && list->items.empty()) {
      context.findings.add(Rule::empty_value, list->mark,
                           fmt::format("{} has no channel and cannot be reached", entry->key));
    }
    context.policies.people.push_back(std::move(person));
  }
}

ParsedPolicies parse_policies(std::string_view text,
                              const std::function<Result<ZonePtr>(std::string_view)>& zone) {
  const YamlDocument document = parse_yaml(text);
  auto unusable = findings_of_tree(document, "it needs channels and policies",
                                   "start with keys such as \"channels:\" and \"policies:\"");
  if (!unusable.empty()) return {nullptr, std::move(unusable)};
  PoliciesContext context{document.root, zone, {}, {}};
  check_object(document.root, kPoliciesObject, "", context.findings);
  read_channels(context);
  read_people(context);
  read_rotations(context);
  read_policies(context);
  read_top(context);
  const bool broken = context.findings.has_errors();
  ParsedPolicies parsed{nullptr, context.findings.take()};
  if (!broken) parsed.policies = std::make_shared<AlertPolicies>(std::move(context.policies));
  return parsed;
}

}  // namespace tidemill
