#include "cli/stored_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/load_dag.h"

namespace tidemill {

Result<RunReader> open_reader(const std::string& data_dir) {
  const std::string path = data_dir + "/tidemill.db";
  if (::access(path.c_str(), F_OK) != 0) {
    return not_found(fmt::format(
        "no runs in {} yet; start one with `tidemill run FILE`, or name another folder with "
        "--data-dir",
        data_dir));
  }
  return RunReader::open(path);
}

Result<RunId> find_run(RunReader& reader, const std::string& text) {
  if (const auto id = to_int(text)) {
    TRY(reader.run(RunId{*id}));
    return RunId{*id};
  }
  const auto runs = TRY(reader.runs(text == "latest" ? "" : text, RunId{}, 1));
  if (!runs.empty()) return runs.front().id;
  return not_found(text == "latest"
                       ? std::string("there is no run yet")
                       : fmt::format("no run {}: give a number, `latest`, or the name of a dag that "
                                     "has run; `tidemill runs` lists them",
                                     printable(text)));
}

Result<DagPtr> load_dag_version(RunReader& reader, std::int64_t version,
                                const std::string& directory) {
  const DagVersionRow row = TRY(reader.dag_version(version));
  return parse_stored_dag(row.name, row.source, directory);
}

Result<StoredView> load_view(RunReader& reader, RunId run) {
  StoredView view;
  view.stored = TRY(reader.stored_run(run));
  DagPtr dag = TRY(load_dag_version(reader, view.stored.row.version, view.stored.row.directory));
  view.live = TRY(live_run_from(view.stored, std::move(dag), system_now()));
  return view;
}

}  // namespace tidemill
