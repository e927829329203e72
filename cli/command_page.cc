#include "cli/command_page.h"

#include <fmt/format.h>

namespace tidemill {

std::vector<std::string> CommandPage::option_names() const {
  std::vector<std::string> names;
  for (const ArgumentPage& option : options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

const CommandPage* find_page(const std::vector<CommandPage>& pages, const std::string& name) {
  for (const CommandPage& page : pages) {
    if (page.name == name) return &page;
  }
  return nullptr;
}

std::string synopsis(const CommandPage& page) {
  std::string line = "tidemill " + page.name;
  for (const ArgumentPage& argument : page.positionals) {
    line += fmt::format(" {}{}{}{}", argument.required ? "" : "[", argument.names.front(),
                        argument.many ? "..." : "", argument.required ? "" : "]");
  }
  for (const ArgumentPage& option : page.options) {
    if (option.required) line += fmt::format(" {} {}", option.names.back(), option.value);
  }
  return line + " [options]";
}

}  // namespace tidemill
