#include "cli/man_page.h"

#include <fmt/format.h>

#include "base/markdown.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::string_view kExitCodes =
    "0 ok; 1 failed; 2 wrong use; 3 not found; 4 the run failed; 124 a timeout of waiting passed";

// Text that roff takes literally.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  // A dot or a quote at the beginning of a line would be a request.
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string head(const std::string& name, const std::string& summary, const std::string& version) {
  std::string title = name;
  for (char& c : title) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return fmt::format(".TH {} 1 \"\" \"tidemill {}\" \"Tidemill manual\"\n.SH NAME\n{} \\- {}\n",
                     title, version, roff(name), roff(summary));
}

std::string names_of(const ArgumentPage& argument) {
  std::string names = fmt::format("{}", fmt::join(argument.names, ", "));
  if (!argument.value.empty()) names += " " + argument.value;
  return names;
}

std::string roff_arguments(const std::vector<ArgumentPage>& arguments) {
  std::string out;
  for (const ArgumentPage& argument : arguments) {
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(names_of(argument)), roff(argument.help));
  }
  return out;
}

std::string roff_lines(const std::string& text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) out += roff(line) + "\n";
  return out;
}

std::string roff_body(const CommandPage& page, const char* section) {
  std::string out = fmt::format(".{} SYNOPSIS\n\\fB{}\\fR\n", section, roff(synopsis(page)));
  if (!page.positionals.empty())
    out += fmt::format(".{} ARGUMENTS\n", section) + roff_arguments(page.positionals);
  if (!page.options.empty())
    out += fmt::format(".{} OPTIONS\n", section) + roff_arguments(page.options);
  if (!page.footer.empty())
    out += fmt::format(".{} NOTES\n.nf\n{}.fi\n", section, roff_lines(page.footer));
  return out;
}

bool is_below(const CommandPage& page, const CommandPage& parent) {
  return page.name.starts_with(parent.name + " ");
}

std::string file_name(const CommandPage& page) { return "tidemill-" + page.name; }

std::vector<std::string> groups_of(const std::vector<CommandPage>& pages) {
  std::vector<std::string> groups;
  for (const CommandPage& page : pages) {
    if (std::find(groups.begin(), groups.end(), page.group) == groups.end())
      groups.push_back(page.group);
  }
  return groups;
}

std::string reference_of(const CommandPage& page) {
  std::string out = fmt::format("### `tidemill {}`\n\n{}.\n\n    {}\n", page.name, page.summary,
                                synopsis(page));
  if (!page.positionals.empty() || !page.options.empty()) out += "\n| | |\n|---|---|\n";
  for (const auto* arguments : {&page.positionals, &page.options}) {
    for (const ArgumentPage& argument : *arguments)
      out += fmt::format("| `{}` | {} |\n", markdown_cell(names_of(argument)),
                         markdown_cell(argument.help));
  }
  if (!page.footer.empty()) out += fmt::format("\n```\n{}\n```\n", page.footer);
  return out + "\n";
}

}  // namespace

std::string man_page(const std::vector<CommandPage>& pages, const CommandPage& page,
                     const std::string& version) {
  std::string out = head(file_name(page), page.summary, version) + roff_body(page, "SH");
  for (const CommandPage& below : pages) {
    if (!is_below(below, page)) continue;
    out += fmt::format(".SH \"{}\"\n{}\n", roff(below.name), roff(below.summary)) +
           roff_body(below, "SS");
  }
  return out +
         fmt::format(".SH \"EXIT CODES\"\n{}\n.SH \"SEE ALSO\"\ntidemill(1)\n", roff(kExitCodes));
}

std::string man_overview(const std::vector<CommandPage>& pages, const std::string& version) {
  std::string out = head("tidemill", "run DAGs of machine-learning jobs", version);
  out += ".SH SYNOPSIS\n\\fBtidemill\\fR COMMAND [arguments] [options]\n";
  for (const std::string& group : groups_of(pages)) {
    out += fmt::format(".SH \"{}\"\n", roff(group));
    for (const CommandPage& page : pages) {
      if (page.group == group)
        out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(page.name), roff(page.summary));
    }
  }
  return out +
         fmt::format(
             ".SH ENVIRONMENT\n.TP\n\\fBTIDEMILL_DATA_DIR\\fR\nThe data folder.\n"
             ".TP\n\\fBTIDEMILL_SERVER\\fR\nThe scheduler to talk to, instead of the one of the "
             "data folder.\n"
             ".TP\n\\fBTIDEMILL_TOKEN\\fR, \\fBTIDEMILL_TOKEN_FILE\\fR\nAn API token, or the file "
             "that holds it; otherwise ~/.config/tidemill/token.\n"
             ".SH \"EXIT CODES\"\n{}\n",
             roff(kExitCodes));
}

std::string cli_reference(const std::vector<CommandPage>& pages) {
  std::string out =
      "# The command line\n\n"
      "Made of the same table as `tidemill --help` by `make golden`; do not edit it.\n\n"
      "Commands under *Looking*, *Running and repairing* and *People* talk to a scheduler: the one "
      "of the data folder over its Unix socket (no token needed for its own user), or another one "
      "with `--server URL` or `$TIDEMILL_SERVER` and an API token in `$TIDEMILL_TOKEN`, "
      "`$TIDEMILL_TOKEN_FILE` or `~/.config/tidemill/token` (mode 0600).\n\n"
      "RUN is a number, `latest`, or the name of a dag, which means its newest run.\n\n";
  out += fmt::format("Exit codes: {}.\n\n", kExitCodes);
  out +=
      "Completion: `source <(tidemill completion bash)`, likewise for zsh, and "
      "`tidemill completion fish | source`. Man pages: `tidemill man COMMAND | man -l -`.\n\n";
  for (const std::string& group : groups_of(pages)) {
    out += fmt::format("## {}\n\n", group);
    for (const CommandPage& page : pages) {
      if (page.group == group) out += reference_of(page);
    }
  }
  out.pop_back();
  return out;
}

}  // namespace tidemill
