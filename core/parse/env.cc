#include "core/parse/env.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/parse/values.h"

namespace tidemill {
namespace {

bool looks_secret(std::string_view name) {
  constexpr std::array<std::string_view, 9> kWords = {"password",    "passwd",     "secret",
                                                      "token",       "api_key",    "apikey",
                                                      "private_key", "access_key", "credential"};
  const std::string lower = to_lower_ascii(name);
  const bool is_place = lower.ends_with("_file") || lower.ends_with("_path") ||
                        lower.ends_with("_name") || lower.ends_with("_url") ||
                        lower.ends_with("_dir");
  return !is_place && std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

// TOKENIZERS_PARALLELISM: "false" is no secret, and neither is a number such as MAX_TOKENS: "512".
bool could_be_secret(std::string_view value) {
  const bool word = value == "true" || value == "false" || value == "none";
  return value.size() >= 4 && !word && !to_double(value) && value[0] != '/';
}

void erase_variable(TaskSpec& task, std::vector<const YamlNode*>& nodes, std::string_view name) {
  for (std::size_t i = 0; i < task.env.size(); ++i) {
    if (task.env[i].first != name) continue;
    task.env.erase(task.env.begin() + static_cast<std::ptrdiff_t>(i));
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

bool check_name(ParseContext& context, const YamlNode::Entry& entry) {
  const std::string refusal = refuse_env_name(entry.key);
  if (refusal.empty()) return true;
  context.findings.add(Rule::bad_env_name, entry.key_mark, refusal);
  return false;
}

void read_variable(ParseContext& context, const YamlNode::Entry& entry, TaskSpec& task,
                   std::vector<const YamlNode*>& nodes) {
  if (!check_name(context, entry) || !is_text(&entry.value)) return;
  Template value = read_template(context, entry.value, entry.key);
  if (value.is_literal() && looks_secret(entry.key) && could_be_secret(entry.value.text)) {
    context.findings.add(Rule::secret_in_clear, entry.value.mark,
                         fmt::format("the value of {} stands in clear text in the file", entry.key),
                         fmt::format("write secrets: {{{}: NAME}}", entry.key));
  }
  if (entry.key.size() + entry.value.text.size() + 1 > kMaxArgumentBytes) {
    context.findings.add(Rule::too_long, entry.value.mark,
                         fmt::format("{} has {}; the most for one variable is 128 KiB", entry.key,
                                     format_bytes(entry.value.text.size())),
                         "put the text into a file");
  }
  erase_variable(task, nodes, entry.key);
  std::erase_if(task.secrets, [&](const auto& secret) { return secret.first == entry.key; });
  task.env.emplace_back(entry.key, std::move(value));
  nodes.push_back(&entry.value);
}

void read_secret(ParseContext& context, const YamlNode::Entry& entry, const YamlNode* own_env,
                 TaskSpec& task, std::vector<const YamlNode*>& nodes) {
  if (!check_name(context, entry) || !is_text(&entry.value)) return;
  if (!is_secret_name(entry.value.text)) {
    context.findings.add(
        Rule::bad_secret_name, entry.value.mark,
        fmt::format("\"{}\" cannot be the name of a secret", printable(entry.value.text, 60)),
        "name the secret here; its value is given to the daemon");
    return;
  }
  if (own_env != nullptr && own_env->find(entry.key) != nullptr) {
    context.findings.add(Rule::env_and_secret, entry.key_mark,
                         fmt::format("{} is in env as well", entry.key), "keep one of them");
  }
  erase_variable(task, nodes, entry.key);
  std::erase_if(task.secrets, [&](const auto& secret) { return secret.first == entry.key; });
  task.secrets.emplace_back(entry.key, entry.value.text);
}

}  // namespace

std::string refuse_env_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool digit_first = !name.empty() && name[0] >= '0' && name[0] <= '9';
  if (name.empty() || name.size() > 256 || digit_first ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return fmt::format(
        "\"{}\" cannot be a variable's name: use letters, digits and _, and no digit first",
        printable(name, 60));
  }
  constexpr std::array<std::string_view, 8> kShell = {
      "IFS", "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PS4", "GCONV_PATH", "PROMPT_COMMAND"};
  if (std::find(kShell.begin(), kShell.end(), name) != kShell.end() ||
      name.starts_with("BASH_FUNC_")) {
    return fmt::format(
        "{} changes what a shell does before the script begins; set it in the script", name);
  }
  if (name.starts_with("LD_"))
    return fmt::format("{} changes which code every program loads; set it in the script", name);
  if (name.starts_with("TIDEMILL_"))
    return fmt::format("{}: names that begin with TIDEMILL_ are Tidemill's own", name);
  return "";
}

Template read_template(ParseContext& context, const YamlNode& node, const std::string& where) {
  auto parsed = Template::parse(node.text);
  if (parsed.ok()) return std::move(parsed).value();
  // "column N: message"
  std::string_view message = parsed.error().message;
  std::size_t offset = 0;
  if (message.starts_with("column ")) {
    const std::size_t colon = message.find(": ");
    offset = static_cast<std::size_t>(to_int(message.substr(7, colon - 7)).value_or(1)) - 1;
    message.remove_prefix(colon + 2);
  }
  context.findings.add(Rule::bad_template, context.source.place(node, offset),
                       fmt::format("{}: {}", where, message));
  return Template(node.text);
}

void read_env(ParseContext& context, const YamlNode& node, TaskSpec& task,
              std::vector<const YamlNode*>& nodes) {
  const YamlNode* env = node.find("env");
  const YamlNode* secrets = node.find("secrets");
  if (!is_bounded(context.findings, env, "env") ||
      !is_bounded(context.findings, secrets, "secrets"))
    return;
  if (env != nullptr) {
    for (const YamlNode::Entry& entry : env->entries) read_variable(context, entry, task, nodes);
  }
  if (secrets == nullptr) return;
  for (const YamlNode::Entry& entry : secrets->entries)
    read_secret(context, entry, env, task, nodes);
}

void check_environment_size(ParseContext& context, const TaskSpec& task, Mark mark,
                            const std::string& where) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : task.env) bytes += name.size() + value.source().size() + 10;
  for (const Template& argument : task.argv) bytes += argument.source().size() + 9;
  if (bytes <= kMaxEnvironmentBytes) return;
  context.findings.add(
      Rule::too_long, mark,
      fmt::format("{} starts with {} of arguments and environment; the most is 1 MiB", where,
                  format_bytes(bytes)),
      "put large texts into files");
}

}  // namespace tidemill
