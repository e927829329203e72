#include "cli/man_command.h"

#include <fmt/format.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/man_page.h"

namespace tidemill {
namespace {

Status write_pages(const std::string& folder, const std::vector<CommandPage>& pages,
                   const std::string& version) {
  TRY(make_directories(folder));
  TRY(write_file_atomic(folder + "/tidemill.1", man_overview(pages, version)));
  for (const CommandPage& page : pages) {
    if (page.name.find(' ') != std::string::npos) continue;  // stands on the page of its parent
    TRY(write_file_atomic(fmt::format("{}/tidemill-{}.1", folder, page.name),
                          man_page(pages, page, version)));
  }
  return Ok{};
}

Status print(const ManCommand& options, const std::vector<CommandPage>& pages,
             const std::string& version) {
  if (options.format == "markdown") {
    fmt::print("{}", cli_reference(pages));
    return Ok{};
  }
  if (options.command.empty()) {
    fmt::print("{}", man_overview(pages, version));
    return Ok{};
  }
  const CommandPage* page = find_page(pages, options.command);
  if (page == nullptr) {
    std::vector<std::string_view> names;
    for (const CommandPage& other : pages) names.push_back(other.name);
    const auto near = nearest(options.command, names);
    return not_found(fmt::format("there is no command {}{}", printable(options.command),
                                 near ? fmt::format("; did you mean {}?", *near) : ""));
  }
  fmt::print("{}", man_page(pages, *page, version));
  return Ok{};
}

}  // namespace

int run_man(const ManCommand& options, const std::vector<CommandPage>& pages,
            const std::string& version) {
  const Status done = options.write_to.empty() ? print(options, pages, version)
                                               : write_pages(options.write_to, pages, version);
  return done.ok() ? kExitOk : report(done.error());
}

}  // namespace tidemill
