#include "cli/stored_run.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "base/text.h"
#include "cli/load_dag.h"

namespace tidemill {

Result<RunReader> open_reader(const std::string& data_dir) {
  std::error_code failed;
  if (std::filesystem::exists(data_dir, failed) &&
      !std::filesystem::is_directory(data_dir, failed)) {
    return invalid(data_dir + " is not a folder; name the data folder with --data-dir");
  }
  const std::string path = data_dir + "/tidemill.db";
  if (::access(path.c_str(), F_OK) != 0) {
    return not_found(fmt::format(
        "no runs in {} yet; start one with `tidemill run FILE`, or name another folder with "
        "--data-dir",
        data_dir));
  }
  return RunReader::open(path);
}

bool scheduler_is_running(const std::string& data_dir) {
  struct stat lock {};
  if (::stat((data_dir + "/scheduler.lock").c_str(), &lock) != 0) return false;
  const std::string inode = fmt::format(":{} ", lock.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos)
      return true;
  }
  return false;
}

Result<RunId> find_run(RunReader& reader, const std::string& text) {
  if (text.empty())
    return invalid("the run is empty: give a number, `latest`, or the name of a dag that has run");
  if (const auto id = to_int(text)) {
    const auto row = reader.run(RunId{*id});
    if (row.ok()) return RunId{*id};
    if (row.error().code != ErrorCode::not_found) return row.error();
    return not_found(fmt::format("there is no run {}; `tidemill runs` lists them", *id));
  }
  const auto runs = TRY(reader.runs(text == "latest" ? "" : text, RunId{}, 1));
  if (!runs.empty()) return runs.front().id;
  return not_found(
      text == "latest"
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
