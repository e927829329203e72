// `datasets`: what tasks publish, or one of them with who makes it and who waits for it.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

// "etl.load, etl.check"
std::string tasks_at(const Json& dataset, std::string_view key) {
  std::vector<std::string> names;
  for (const Json& task : array_at(dataset, key)) {
    names.push_back(text_at(task, "dag") + "." + text_at(task, "task"));
  }
  return join(names, ", ");
}

std::string last_update(const Json& dataset) {
  if (!has_value(dataset, "updated_at")) return "never";
  return fmt::format("{} by run {} of {}, task {}", moment_at(dataset, "updated_at"),
                     int_at(dataset, "run"), text_at(dataset, "dag"), text_at(dataset, "task"));
}

int list_datasets(const DatasetsCommand& options, const Json& answer) {
  if (options.json) return say(options, answer, "");
  Table table({"dataset", "updated", "made by", "starts", "waited for by"});
  for (const Json& dataset : array_at(answer, "datasets")) {
    table.row({text_at(dataset, "dataset"), moment_at(dataset, "updated_at"),
               tasks_at(dataset, "produced_by"), list_at(dataset, "starts"),
               tasks_at(dataset, "waited_for_by")});
  }
  if (table.empty()) {
    fmt::print("no task publishes a dataset, and none waits for one\n");
  } else {
    fmt::print("{}", table.text(probe_terminal(1)));
  }
  return kExitOk;
}

void print_line(const char* head, const std::string& text, const char* otherwise) {
  fmt::print("{:<14}{}\n", head, text.empty() ? otherwise : printable(text, 4000));
}

Result<int> show_dataset(const DatasetsCommand& options, const Json& answer) {
  std::vector<std::string> known;
  for (const Json& dataset : array_at(answer, "datasets")) {
    known.push_back(text_at(dataset, "dataset"));
    if (known.back() != options.dataset) continue;
    if (options.json) return say(options, dataset, "");
    fmt::print("{}\n", printable(options.dataset));
    print_line("updated", last_update(dataset), "");
    print_line("made by", tasks_at(dataset, "produced_by"), "no task of the dags as they are now");
    print_line("starts", list_at(dataset, "starts"), "no dag");
    print_line("waited for by", tasks_at(dataset, "waited_for_by"), "no task");
    return kExitOk;
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto meant = nearest(options.dataset, names);
  return not_found(
      fmt::format("there is no dataset {}{}", printable(options.dataset, 80),
                  meant ? fmt::format("; did you mean {}?", printable(*meant, 80)) : ""));
}

}  // namespace

int run_datasets(const DatasetsCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/datasets"));
    if (options.dataset.empty()) return list_datasets(options, answer);
    return show_dataset(options, answer);
  });
}

}  // namespace tidemill::client
