#include "scheduler/api/grid_json.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace tidemill::api {
namespace {

// Which place in the grid each task of each version has.
struct Columns {
  std::vector<std::string> ids;
  std::size_t hooks = 0;                                              // the last so many
  std::unordered_map<std::int64_t, std::vector<std::size_t>> places;  // by version, by TaskIndex
};

Columns columns_of(const std::vector<VersionTasks>& versions) {
  Columns columns;
  std::unordered_map<std::string_view, std::size_t> known;
  std::vector<std::string_view> ordinary, hooks;
  for (const VersionTasks& version : versions) {
    for (std::size_t i = 0; i < version.task_ids.size(); ++i) {
      const std::string_view id = version.task_ids[i];
      if (known.emplace(id, 0).second) (i < version.task_count ? ordinary : hooks).push_back(id);
    }
  }
  columns.hooks = hooks.size();
  for (const auto* list : {&ordinary, &hooks}) {
    for (const std::string_view id : *list) {
      known[id] = columns.ids.size();
      columns.ids.emplace_back(id);
    }
  }
  for (const VersionTasks& version : versions) {
    std::vector<std::size_t>& places = columns.places[version.version];
    for (const std::string& id : version.task_ids) places.push_back(known[id]);
  }
  return columns;
}

void append_cell(std::string& out, const TaskCell& cell, WallTime run_began) {
  const auto state = static_cast<int>(cell.state);
  if (cell.started_at.us == 0) {
    fmt::format_to(std::back_inserter(out), "[{}]", state);
    return;
  }
  // An attempt that began after the end belongs to a later try of the same task.
  const bool ended = cell.ended_at.us != 0 && cell.ended_at >= cell.started_at;
  const std::int64_t offset = (cell.started_at - run_began).count() / 1000;
  const std::int64_t taken = ended ? (cell.ended_at - cell.started_at).count() / 1000 : -1;
  fmt::format_to(std::back_inserter(out), "[{},{},{},{}]", state, cell.attempts, offset, taken);
}

void append_cells(std::string& out, const GridRun& run, const Columns& columns) {
  const WallTime began = run.row.started_at.us != 0 ? run.row.started_at : run.row.created_at;
  const std::vector<std::size_t>& places = columns.places.at(run.row.version);
  const TaskCell untouched;
  std::vector<const TaskCell*> cells(columns.ids.size(), nullptr);
  for (const std::size_t place : places) cells[place] = &untouched;
  for (const TaskCell& cell : run.cells) {
    if (cell.task < places.size()) cells[places[cell.task]] = &cell;
  }
  out += '[';
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    if (cells[i] == nullptr) {
      out += "[]";
    } else {
      append_cell(out, *cells[i], began);
    }
  }
  out += ']';
}

}  // namespace

std::string grid_json(const Grid& grid, WallTime now, const MaySee& may_see) {
  const Columns columns = columns_of(grid.versions);
  Json head;
  head.set("states", task_state_words());
  head.set("tasks", Json::Array(columns.ids.begin(), columns.ids.end()));
  head.set("hooks", static_cast<std::int64_t>(columns.hooks));
  const std::string last = grid.runs.empty() ? "" : std::to_string(grid.runs.back().row.id.value);
  head.set("next", grid.more ? Json(last) : Json());
  std::string out = head.dump();
  out.pop_back();
  out += ",\"runs\":[";
  for (const GridRun& run : grid.runs) {
    if (&run != &grid.runs.front()) out += ',';
    out += run_json(run.row, now, may_see).dump();
    out.pop_back();
    out += ",\"cells\":";
    append_cells(out, run, columns);
    out += '}';
  }
  return out + "]}";
}

}  // namespace tidemill::api
