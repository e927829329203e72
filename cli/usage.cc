#include "cli/usage.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto near = nearest(word, candidates);
  return near ? fmt::format("; did you mean {}?", *near) : "";
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
}

std::string name_of(const std::string& option) { return option.substr(0, option.find('=')); }

// The first option that the command does not have; empty = all are known.
std::string unknown_option(const CommandUsage& usage, const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
    if (!is_option(words[i]) || words[i].substr(0, 2) != "--") continue;
    const std::string name = name_of(words[i]);
    if (std::find(usage.options.begin(), usage.options.end(), name) == usage.options.end())
      return name;
  }
  return "";
}

}  // namespace

std::string usage_message(const CommandUsage& usage, const std::vector<std::string>& words,
                          const std::string& complaint) {
  if (usage.command.empty()) {
    const std::string first = words.empty() ? "" : words.front();
    if (is_option(first)) {
      return fmt::format(
          "{} is not known here; options stand behind a command, as in: tidemill run FILE {}",
          printable(name_of(first)), printable(first));
    }
    return fmt::format("there is no command {}{}\n`tidemill --help` lists the commands",
                       first.empty() ? "''" : printable(first),
                       did_you_mean(first, usage.commands));
  }
  const std::string help = fmt::format("\n`tidemill {} --help` shows how it is used",
                                       usage.command);
  if (const std::string option = unknown_option(usage, words); !option.empty()) {
    return fmt::format("{} has no option {}{}{}", usage.command, printable(option),
                       did_you_mean(option, usage.options), help);
  }
  return fmt::format("{}: {}{}", usage.command, printable(complaint, 300), help);
}

}  // namespace tidemill
