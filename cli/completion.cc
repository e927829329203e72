#include "cli/completion.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {
namespace {

std::string names_of(const std::vector<CommandWords>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command.name);
  return join(names, " ");
}

std::string bash_script(const std::vector<CommandWords>& commands) {
  std::string cases;
  for (const auto& command : commands) {
    cases += fmt::format("    {}) words=\"{}\"; files={} ;;\n", command.name,
                         join(command.options, " "), command.takes_files ? 1 : 0);
  }
  return fmt::format(R"(_tidemill() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words="" files=0
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "{} help --help --version" -- "$current")
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  mapfile -t COMPREPLY < <(
    compgen -W "$words" -- "$current"
    [ "$files" -eq 0 ] || compgen -f -- "$current"
  )
}}
complete -o filenames -F _tidemill tidemill
)",
                     names_of(commands), cases);
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out.push_back(c);
  }
  return out;
}

std::string zsh_script(const std::vector<CommandWords>& commands) {
  std::string list, cases;
  for (const auto& command : commands) {
    list += fmt::format("    '{}:{}'\n", command.name, quoted(command.description));
    cases += fmt::format("    {}) compadd -- {}{} ;;\n", command.name, join(command.options, " "),
                         command.takes_files ? "; _files" : "");
  }
  return fmt::format(R"(#compdef tidemill
_tidemill() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
{}  esac
}}
_tidemill "$@"
)",
                     list, cases);
}

std::string fish_script(const std::vector<CommandWords>& commands) {
  std::string out = "complete -c tidemill -f\n";
  for (const auto& command : commands) {
    out += fmt::format("complete -c tidemill -n __fish_use_subcommand -a {} -d '{}'\n",
                       command.name, quoted(command.description));
    const std::string seen = fmt::format("-n '__fish_seen_subcommand_from {}'", command.name);
    if (command.takes_files) out += fmt::format("complete -c tidemill {} -F\n", seen);
    for (const std::string& option : command.options) {
      const bool is_long = option.substr(0, 2) == "--";
      out += fmt::format("complete -c tidemill {} {} {}\n", seen, is_long ? "-l" : "-s",
                         option.substr(is_long ? 2 : 1));
    }
  }
  return out;
}

}  // namespace

Result<std::string> completion_script(const std::string& shell,
                                      const std::vector<CommandWords>& commands) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  return invalid(
      fmt::format("no completion for '{}'; there is bash, zsh and fish", printable(shell)));
}

}  // namespace tidemill
