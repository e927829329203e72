#include "worker/command.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace tidemill {
namespace {

// The kernel takes at most 128 KiB in one argument.
constexpr std::size_t kLongestArgument = 100u << 10;

std::vector<std::string> words_of(std::string_view shell) {
  std::vector<std::string> words;
  for (const std::string_view word : split(shell, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Options by which the first failing command ends the script; empty for other interpreters.
std::vector<std::string> strict_options(const std::string& program) {
  const std::string_view name = std::string_view(program).substr(program.rfind('/') + 1);
  if (is_one_of(name, {"bash", "zsh", "ksh"})) return {"-eo", "pipefail"};
  if (is_one_of(name, {"sh", "dash", "ash"})) return {"-e"};
  return {};
}

}  // namespace

Command script_command(const std::string& script, const std::string& shell, const std::string& name,
                       const std::string& script_path) {
  if (shell.empty() && script.starts_with("#!")) return {{script_path}, true};
  Command command{words_of(shell), false};
  if (command.argv.empty()) command.argv = {"sh"};
  std::vector<std::string> options;
  if (command.argv.size() == 1) options = strict_options(command.argv.front());
  const bool is_shell = !options.empty();
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.needs_file = !is_shell || script.size() > kLongestArgument;
  if (command.needs_file) {
    command.argv.push_back(script_path);
  } else {
    command.argv.insert(command.argv.end(), {"-c", script, name});
  }
  return command;
}

}  // namespace tidemill
