#include "cli/reuse.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/stored_run.h"
#include "scheduler/people/param_vault.h"
#include "scheduler/rerun.h"

namespace tidemill {
namespace {

bool was_given(const std::vector<std::string>& given, const std::string& name) {
  return std::any_of(given.begin(), given.end(), [&](const std::string& text) {
    return text.substr(0, text.find('=')) == name;
  });
}

// Of a run that goes on the same command is what takes it up.
Status check_ended(const StoredRun& stored) {
  const RunRow& row = stored.row;
  if (is_terminal(row.state)) return Ok{};
  return conflict(
      fmt::format("run {} is still {}; the same command without --from-failed resumes it",
                  row.id.value, to_word(row.state)));
}

Status take_params(const StoredRun& stored, const Dag& dag, const std::vector<std::string>& given,
                   RunOptions& options) {
  const Json::Object kept = TRY(kept_params(stored, dag, {}));
  for (const auto& [name, value] : kept) {
    if (was_given(given, name)) continue;
    for (auto& [known, current] : options.params) {
      if (known == name) current = value;
    }
  }
  return Ok{};
}

}  // namespace

Status reuse_from(const std::string& data_dir, const std::string& run, const Dag& dag,
                  const std::vector<std::string>& given, RunOptions& options) {
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, run));
  StoredRun stored = TRY(reader.stored_run(id));
  if (stored.row.dag_name == dag.name) TRY(check_ended(stored));
  const DagVersionRow version = TRY(reader.dag_version(stored.row.version));
  ParamVault vault(data_dir);
  // Whatever was sealed then: of what is no secret now nothing is taken.
  stored.row.params = TRY(open_params(vault, dag, stored.row.params));
  TRY(take_params(stored, dag, given, options));
  return reuse_results(stored, version, dag, options);
}

}  // namespace tidemill
