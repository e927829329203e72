#include "cli/load_dag.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "core/finding_format.h"
#include "core/params.h"
#include "core/selection.h"
#include "scheduler/dag_files.h"

namespace tidemill {

Result<LoadedDag> load_dag(const std::string& path) {
  LoadedDag loaded;
  std::error_code failed;
  if (path.empty()) return invalid("the name of the DAG file is empty");
  if (std::filesystem::is_directory(path, failed))
    return invalid(path + " is a folder; name the DAG file in it");
  loaded.text = TRY(read_file(path, kMaxDagFileBytes));
  const auto absolute = std::filesystem::absolute(path, failed).lexically_normal();
  if (failed) {
    return unavailable(
        fmt::format("cannot tell in which folder {} is: {}; change to a folder that exists", path,
                    failed.message()));
  }
  loaded.path = absolute.string();
  loaded.folder = absolute.parent_path().string();
  ParsedDag parsed = check_dag_text(loaded.text, absolute.stem().string(), loaded.folder);
  loaded.dag = parsed.dag;
  loaded.findings = std::move(parsed.findings);
  return loaded;
}

Result<LoadedDag> load_checked_dag(const std::string& path) {
  LoadedDag loaded = TRY(load_dag(path));
  // Notes are for the author, who asks with `tidemill validate`.
  std::vector<Finding> serious;
  std::copy_if(loaded.findings.begin(), loaded.findings.end(), std::back_inserter(serious),
               [](const Finding& f) { return f.severity != Severity::note; });
  fmt::print(stderr, "{}",
             format_findings_human(path, loaded.text, serious, probe_terminal(2).colour));
  if (loaded.dag == nullptr) return invalid(path + " has errors; nothing was run");
  return loaded;
}

Result<TaskIndex> find_task(const Dag& dag, const std::string& id) {
  const TaskIndex task = dag.find(id);
  if (task != kNoTask) return task;
  std::vector<std::string_view> known;
  for (const TaskSpec& spec : dag.tasks) known.push_back(spec.id);
  const auto near = nearest(id, known);
  return not_found(fmt::format("{} has no task {}{}", dag.name, printable(id),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

Result<std::vector<TaskIndex>> select_tasks(const Dag& dag, const std::vector<std::string>& ids) {
  std::vector<TaskIndex> selected;
  for (const std::string& id : ids) {
    const TaskIndex task = TRY(find_task(dag, id));
    if (task >= dag.task_count) return invalid(id + " is a hook; hooks run with every run");
    if (std::find(selected.begin(), selected.end(), task) == selected.end())
      selected.push_back(task);
  }
  return selected;
}

Status check_selection(const Dag& dag, const RunOptions& options) {
  if (options.only.empty()) return Ok{};
  const auto read = find_left_out_read(dag, make_run(dag, options, system_now()));
  if (!read) return Ok{};
  const std::string& from = dag.tasks[read->from].id;
  return invalid(
      fmt::format("{0} reads {1}, and {2} is left out of this run: add {2} to --only, or use "
                  "--from-failed RUN to take what it left in an earlier run",
                  dag.tasks[read->reader].id, read->what, from));
}

Result<std::vector<std::pair<std::string, std::string>>> split_params(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> params;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid(fmt::format("--param {}: write it as name=value", printable(text)));
    }
    params.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return params;
}

Result<Json::Object> bind_or_explain(const Dag& dag, const std::vector<std::string>& texts) {
  BoundParams bound = bind_params(dag, TRY(split_params(texts)));
  if (bound.problems.empty()) return std::move(bound.values);
  std::string message = plural(static_cast<std::int64_t>(bound.problems.size()),
                               "wrong parameter") +
                        ":";
  for (const ParamProblem& problem : bound.problems) {
    message += fmt::format("\n  {}: {}", problem.name, problem.message);
  }
  return invalid(std::move(message));
}

}  // namespace tidemill
