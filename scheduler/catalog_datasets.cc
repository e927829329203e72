// Runs that begin because datasets were updated.
//
// An update is committed with the success that made it; the run that it starts follows in a later
// turn, in one transaction with the row that says so and moves on which updates are decided. What a
// crash leaves between the two is found again when the dag is taken up.
#include "base/text.h"
#include "core/timetable_words.h"
#include "scheduler/catalog.h"

namespace tidemill {
namespace {

std::string key_of(const DatasetTrigger& trigger) { return join(trigger.datasets, ","); }

Json json_of(const DatasetUpdateRow& update) {
  Json json;
  json.set("dataset", update.dataset);
  json.set("update", update.id);
  json.set("run", update.run.value);
  json.set("dag", update.dag);
  json.set("task", update.task);
  return json;
}

std::string updates_json(const std::vector<DatasetUpdateRow>& updates) {
  Json::Array all;
  for (const DatasetUpdateRow& update : updates) all.push_back(json_of(update));
  return Json(std::move(all)).dump();
}

// "listings (run 12) and 3 more were updated".
std::string origin_of(const std::vector<DatasetUpdateRow>& updates) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> shown;
  for (const DatasetUpdateRow& update : updates) {
    if (shown.size() == kMost) break;
    shown.push_back(fmt::format("{} (run {} of {})", update.dataset, update.run.value, update.dag));
  }
  const std::size_t more = updates.size() - shown.size();
  return "update of " + join(shown, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

Status Catalog::take_dataset_triggers(Entry& entry) {
  std::map<std::string, DatasetTriggerRow> known;
  for (DatasetTriggerRow& row : TRY(datasets_.triggers(entry.row.name))) known[row.datasets] = row;
  entry.dataset_triggers.clear();
  for (const DatasetTrigger& trigger : entry.dag->dataset_triggers) {
    const std::string key = key_of(trigger);
    DatasetTriggerRow row{entry.row.name, key, trigger.any, true, 0};
    const auto old = known.find(key);
    const bool goes_on = old != known.end() && old->second.active && old->second.any == row.any;
    row.seen = goes_on ? old->second.seen : TRY(datasets_.last_update());
    if (!goes_on) rows_.dataset_triggers.push_back(row);
    if (old != known.end()) known.erase(old);
    entry.dataset_triggers.push_back(std::move(row));
  }
  for (auto& [key, row] : known) {
    if (!row.active) continue;
    row.active = false;
    rows_.dataset_triggers.push_back(row);
  }
  if (!entry.dataset_triggers.empty()) news_.insert(entry.row.name);
  return Ok{};
}

void Catalog::drop_dataset_triggers(Entry& entry) {
  for (DatasetTriggerRow& row : entry.dataset_triggers) {
    row.active = false;
    rows_.dataset_triggers.push_back(std::move(row));
  }
  entry.dataset_triggers.clear();
}

// Of the batch that is about to be committed.
void Catalog::note_updates(const std::vector<DatasetUpdateRow>& updates) {
  for (const DatasetUpdateRow& update : updates) {
    for (const auto& [name, entry] : entries_) {
      if (entry.dag == nullptr) continue;
      for (const DatasetTrigger& trigger : entry.dag->dataset_triggers) {
        const auto& names = trigger.datasets;
        if (std::find(names.begin(), names.end(), update.dataset) == names.end()) continue;
        news_in_flight_.insert(name);
      }
    }
  }
}

void Catalog::follow_updates(Engine& engine, Now now) {
  for (const std::string& name : std::exchange(news_, {})) {
    Entry& entry = entries_.at(name);
    for (std::size_t i = 0; i < entry.dataset_triggers.size(); ++i) {
      const Status decided = decide_updates(entry, i, engine, now);
      if (!decided.ok()) note_trouble("the dataset triggers of " + name, decided.error());
    }
  }
}

Status Catalog::decide_updates(Entry& entry, std::size_t index, Engine& engine, Now now) {
  const DatasetTrigger& trigger = entry.dag->dataset_triggers[index];
  DatasetTriggerRow& row = entry.dataset_triggers[index];
  std::vector<DatasetUpdateRow> updates;
  for (const std::string& dataset : trigger.datasets) {
    if (auto update = TRY(datasets_.newest_after(dataset, row.seen))) {
      updates.push_back(std::move(*update));
    }
  }
  const std::size_t wanted = trigger.any ? 1 : trigger.datasets.size();
  if (updates.size() < wanted) return Ok{};
  DatasetStartRow start = TRY(start_after_updates(entry, updates, engine, now));
  start.datasets = row.datasets;
  row.seen = start.seen;
  rows_.dataset_triggers.push_back(row);
  rows_.dataset_starts.push_back(std::move(start));
  return Ok{};
}

Result<DatasetStartRow> Catalog::start_after_updates(const Entry& entry,
                                                     const std::vector<DatasetUpdateRow>& updates,
                                                     Engine& engine, Now now) {
  DatasetStartRow row;
  row.dag = entry.row.name;
  row.updates = updates_json(updates);
  row.decided_at = now.wall;
  for (const DatasetUpdateRow& update : updates) {
    row.seen = std::max(row.seen, update.id);
    row.depth = std::max(row.depth, TRY(depth_of(update.run)) + 1);
  }
  if (auto obstacle = obstacle_to(entry, row.depth, engine, now)) {
    row.decision = obstacle->first;
    row.reason = std::move(obstacle->second);
    return row;
  }
  Purpose purpose;
  purpose.trigger = TriggerKind::dataset;
  purpose.origin = origin_of(updates);
  const auto run = start_run(entry, purpose, engine, now);
  if (run.ok()) {
    row.run = *run;
    return row;
  }
  note_trouble(fmt::format("{} after an {}", row.dag, purpose.origin), run.error());
  row.decision = Decision::missed;
  row.reason = "no run could be made: " + run.error().message;
  return row;
}

}  // namespace tidemill
