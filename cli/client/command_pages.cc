// The table of commands as pages.
#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/client/commands.h"

namespace tidemill::client {
namespace {

// "{a,b}" in the name of a type is what CLI11 says of a closed list.
std::vector<std::string> choices_of(const std::string& type) {
  std::vector<std::string> choices;
  const auto open = type.find('{');
  if (open == std::string::npos || !type.ends_with('}')) return choices;
  for (const auto piece :
       split(std::string_view(type).substr(open + 1, type.size() - open - 2), ','))
    choices.emplace_back(piece);
  return choices;
}

ArgumentPage page_of(const CLI::Option& option) {
  ArgumentPage page;
  for (const std::string& name : option.get_snames()) page.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) page.names.push_back("--" + name);
  const std::string type = option.get_type_name();
  page.choices = choices_of(type);
  if (page.names.empty()) {
    page.names.push_back(option.get_name());
  } else if (option.get_items_expected_max() > 0) {
    page.value = type.substr(0, type.find(':'));
    if (page.value.empty() || page.value == "TEXT") page.value = "TEXT";
  }
  page.help = option.get_description();
  page.required = option.get_required();
  page.many = option.get_items_expected_max() > 1;
  return page;
}

void add_page(const CLI::App& command, const std::string& prefix, const std::string& group,
              std::vector<CommandPage>& pages) {
  CommandPage page;
  page.name = prefix + command.get_name();
  page.group = group;
  page.summary = command.get_description();
  page.footer = command.get_footer();
  for (const CLI::Option* option : command.get_options()) {
    if (option == command.get_help_ptr()) continue;  // every command has it
    ArgumentPage argument = page_of(*option);
    (option->get_positional() ? page.positionals : page.options).push_back(std::move(argument));
  }
  const std::string name = page.name;
  pages.push_back(std::move(page));
  for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; }))
    add_page(*below, name + " ", group, pages);
}

}  // namespace

std::vector<CommandPage> pages_of(const CLI::App& app) {
  std::vector<CommandPage> pages;
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App* a) { return !a->get_group().empty(); })) {
    add_page(*command, "", command->get_group(), pages);
  }
  return pages;
}

}  // namespace tidemill::client
