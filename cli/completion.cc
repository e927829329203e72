#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr const char* kBash = R"(_tidemill() {
  local line files=0
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then
      files=1
    else
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "$files" -eq 1 ]; then
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -o filenames -F _tidemill tidemill
)";

constexpr const char* kZsh = R"(#compdef tidemill
_tidemill() {
  local line files=0
  local -a shown
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ -z $line ]]; then
      continue
    elif [[ $line == :files ]]; then
      files=1
    else
      shown+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#shown )) && _describe -V tidemill shown
  (( files )) && _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _tidemill "$@"
else
  compdef _tidemill tidemill
fi
)";

constexpr const char* kFish = R"(function __tidemill_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  for line in ($before[1] __complete $before[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      printf '%s\n' $line
    end
  end
end
complete -c tidemill -f -a '(__tidemill_complete)'
)";

const ArgumentPage* find_option(const CommandPage& page, const std::string& name) {
  for (const ArgumentPage& option : page.options) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end())
      return &option;
  }
  return nullptr;
}

// Collects what fits to the beginning that was typed.
class Offer {
 public:
  explicit Offer(std::string current) : current_(std::move(current)) {}

  void word(const std::string& word, const std::string& help) {
    if (word.starts_with(current_)) out_.words.push_back({word, help});
  }

  void argument(const ArgumentPage& argument, const std::string& run) {
    for (const std::string& choice : argument.choices) word(choice, "");
    const std::string& kind = argument.value.empty() ? argument.names.front() : argument.value;
    if (kind == "FILE" || kind == "PATH" || kind == "DIR") out_.files = true;
    if (kind == "SHELL") {
      for (const char* shell : {"bash", "zsh", "fish"}) word(shell, "");
    }
    if (kind == "DAG") out_.live = Completion::Live::dags;
    if (kind == "DATASET") out_.live = Completion::Live::datasets;
    if (kind == "RUN") {
      word("latest", "the newest run");
      out_.live = Completion::Live::runs;
    }
    if (kind == "BACKFILL") out_.live = Completion::Live::backfills;
    if (kind == "RETRY") out_.live = Completion::Live::retries;
    if (kind == "KEY=VALUE") {
      for (const char* key : {"dag=", "task=", "state=", "cause=", "since=", "until="})
        word(key, "");
    }
    if (kind == "TASK" && !run.empty()) {
      out_.live = Completion::Live::tasks;
      out_.run = run;
    }
  }

  void options(const CommandPage& page) {
    for (const ArgumentPage& option : page.options) word(option.names.back(), option.help);
  }

  // Commands, or those below `parent`.
  void commands(const std::vector<CommandPage>& pages, const std::string& parent) {
    const std::string prefix = parent.empty() ? "" : parent + " ";
    for (const CommandPage& page : pages) {
      if (!page.name.starts_with(prefix)) continue;
      const std::string rest = page.name.substr(prefix.size());
      if (rest.find(' ') == std::string::npos) word(rest, page.summary);
    }
  }

  Completion take() { return std::move(out_); }

 private:
  std::string current_;
  Completion out_;
};

struct Place {
  std::vector<std::string> positionals;    // given before the cursor
  const ArgumentPage* value_of = nullptr;  // the option whose value stands under the cursor
};

Place find_place(const CommandPage& page, const std::vector<std::string>& words) {
  Place place;
  bool only_positionals = false;
  for (const std::string& word : words) {
    if (place.value_of != nullptr) {
      place.value_of = nullptr;
    } else if (!only_positionals && word == "--") {
      only_positionals = true;
    } else if (!only_positionals && word.size() > 1 && word[0] == '-') {
      const ArgumentPage* option = find_option(page, word);
      if (option != nullptr && !option->value.empty()) place.value_of = option;
    } else {
      place.positionals.push_back(word);
    }
  }
  return place;
}

// The value of the positional RUN, if it was given.
std::string run_of(const CommandPage& page, const std::vector<std::string>& positionals) {
  for (std::size_t i = 0; i < page.positionals.size() && i < positionals.size(); ++i) {
    if (page.positionals[i].names.front() == "RUN") return positionals[i];
  }
  return "";
}

const ArgumentPage* positional_at(const CommandPage& page, std::size_t index) {
  if (page.positionals.empty()) return nullptr;
  if (index < page.positionals.size()) return &page.positionals[index];
  return page.positionals.back().many ? &page.positionals.back() : nullptr;
}

}  // namespace

Result<std::string> completion_script(const std::string& shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return invalid(
      fmt::format("no completion for '{}'; there is bash, zsh and fish", printable(shell)));
}

Completion complete(const std::vector<CommandPage>& pages, const std::vector<std::string>& words,
                    const std::string& current) {
  Offer offer(current);
  if (words.empty() || words.front() == "help") {
    offer.commands(pages, "");
    return offer.take();
  }
  const CommandPage* page = find_page(pages, words.front());
  if (page == nullptr) return offer.take();
  std::size_t used = 1;
  if (words.size() > 1) {
    const CommandPage* below = find_page(pages, words[0] + " " + words[1]);
    if (below != nullptr) {
      page = below;
      used = 2;
    }
  }
  const Place place = find_place(*page,
                                 {words.begin() + static_cast<std::ptrdiff_t>(used), words.end()});
  const std::string run = run_of(*page, place.positionals);
  if (place.value_of != nullptr) {
    offer.argument(*place.value_of, run);
    return offer.take();
  }
  if (current.starts_with('-')) {
    offer.options(*page);
    return offer.take();
  }
  if (place.positionals.empty()) offer.commands(pages, page->name);
  const ArgumentPage* next = positional_at(*page, place.positionals.size());
  if (next != nullptr) offer.argument(*next, run);
  return offer.take();
}

}  // namespace tidemill
