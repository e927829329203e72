// Scripts that need no shell. Everything is refused that a shell might read differently from a
// plain list of words, or do differently from the program of that name; the price of a wrong no is
// one process, the price of a wrong yes a wrong result.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "core/render.h"

namespace tidemill {
namespace {

// Keywords and builtins of sh, dash, bash and busybox. Some have a program of the same name that
// does something else (cd), or knows options that the builtin does not (kill, pwd).
constexpr std::string_view kShellWords[] = {
    "!",       ".",        ":",      "[",       "alias",    "bg",      "bind",      "break",
    "builtin", "caller",   "case",   "cd",      "chdir",    "command", "compgen",   "complete",
    "compopt", "continue", "coproc", "declare", "dirs",     "disown",  "do",        "done",
    "elif",    "else",     "enable", "esac",    "eval",     "exec",    "exit",      "export",
    "fc",      "fg",       "fi",     "for",     "function", "getopts", "hash",      "help",
    "history", "if",       "in",     "jobs",    "kill",     "let",     "local",     "logout",
    "mapfile", "popd",     "printf", "pushd",   "pwd",      "read",    "readarray", "readonly",
    "return",  "select",   "set",    "shift",   "shopt",    "source",  "suspend",   "then",
    "time",    "times",    "trap",   "type",    "typeset",  "ulimit",  "umask",     "unalias",
    "unset",   "until",    "wait",   "while"};

bool is_shell_word(std::string_view word) {
  return std::find(std::begin(kShellWords), std::end(kShellWords), word) != std::end(kShellWords);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Characters that stand for themselves in every shell, anywhere in a word.
bool is_plain(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("_-./:,+@%=").find(c) != std::string_view::npos;
}

// Between single quotes everything stands for itself. The backslash is left to the shell all the
// same, since `echo` treats it differently from shell to shell.
bool is_quotable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f && c != '\'' && c != '\\';
}

// Splits one line; nullopt when any character needs a shell.
std::optional<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_blank(line[i])) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (is_plain(line[i])) {
      words.back().push_back(line[i]);
      continue;
    }
    if (line[i] != '\'') return std::nullopt;
    const std::size_t close = line.find('\'', i + 1);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view quoted = line.substr(i + 1, close - i - 1);
    if (!std::all_of(quoted.begin(), quoted.end(), is_quotable)) return std::nullopt;
    words.back() += quoted;
    i = close;
  }
  return words;
}

// The first word names a program, quoted or not, and is no assignment.
bool names_program(const std::string& word) {
  if (word.empty() || word[0] == '-' || word[0] == '%') return false;
  return std::all_of(word.begin(), word.end(), is_plain) && word.find('=') == std::string::npos &&
         !is_shell_word(word);
}

// Some builtins do what the program does as long as they get no options: /bin/true knows --help,
// and echo's options differ between shells.
bool is_same_as_program(const std::vector<std::string>& words) {
  if (words[0] == "true" || words[0] == "false") return words.size() == 1;
  if (words[0] == "echo") return words.size() == 1 || words[1].empty() || words[1][0] != '-';
  return true;
}

}  // namespace

std::vector<std::string> plain_words(const std::string& script) {
  std::string_view line = script;
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  auto words = split_words(line);
  if (!words || words->empty()) return {};
  if (!names_program(words->front()) || !is_same_as_program(*words)) return {};
  return std::move(*words);
}

}  // namespace tidemill
