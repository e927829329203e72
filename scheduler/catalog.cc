// What the catalog holds and how it becomes known: rows at the start, files, views.
#include "scheduler/catalog.h"

#include <filesystem>

#include "base/text.h"
#include "core/finding_format.h"
#include "core/schedule_book.h"

namespace tidemill {
namespace {

Json finding_json(const Finding& finding, const std::string& file) {
  Json json;
  json.set("rule", finding.rule);
  json.set("severity", to_word(finding.severity));
  json.set("file", file);
  json.set("line", finding.mark.line);
  json.set("column", finding.mark.column);
  json.set("message", finding.message);
  json.set("hint", finding.hint);
  return json;
}

std::string findings_json(const FolderFile& file) {
  Json::Array array;
  for (const Finding& finding : file.findings) array.push_back(finding_json(finding, file.path));
  return Json(std::move(array)).dump();
}

}  // namespace

const DagView* CatalogView::find(std::string_view name) const {
  const auto found = dags.find(name);
  return found == dags.end() ? nullptr : found->second.get();
}

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string& database, Parse parse) {
  TimetableReader reader = TRY(TimetableReader::open(database));
  RunReader runs = TRY(RunReader::open(database));
  DatasetReader datasets = TRY(DatasetReader::open(database));
  std::unique_ptr<Catalog> catalog(
      new Catalog(std::move(reader), std::move(runs), std::move(datasets), std::move(parse)));
  TRY(catalog->load());
  return catalog;
}

Status Catalog::load() {
  for (DagRow& row : TRY(reader_.dags())) {
    Entry& entry = entries_[row.name];
    entry.row = std::move(row);
    changed_.insert(entry.row.name);
  }
  for (FreezeRow& row : TRY(reader_.unsettled_freezes())) freezes_[row.id] = std::move(row);
  for (BackfillRow& row : TRY(reader_.open_backfills())) TRY(load_backfill(std::move(row)));
  next_freeze_ = TRY(reader_.next_freeze());
  next_backfill_ = TRY(reader_.next_backfill());
  backfills_due_ = !backfills_.empty();
  committed();
  return Ok{};
}

Result<Catalog::Entry*> Catalog::find(const std::string& dag) {
  const auto found = entries_.find(dag);
  if (found != entries_.end()) return &found->second;
  std::vector<std::string_view> known;
  for (const auto& [name, entry] : entries_) known.push_back(name);
  const auto near = nearest(dag, known);
  return not_found(fmt::format("there is no dag {}{}", printable(dag, 80),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

Result<Catalog::Entry*> Catalog::find_runnable(const std::string& dag) {
  Entry* entry = TRY(find(dag));
  if (entry->dag != nullptr) return entry;
  if (entry->row.state == DagRow::State::gone) {
    return conflict(
        fmt::format("the file of {}, {}, is no longer in the folder", dag, entry->row.file));
  }
  return conflict(
      fmt::format("{} has errors and no earlier version that was good; see the "
                  "findings of {}",
                  dag, entry->row.file));
}

void Catalog::note_trouble(const std::string& what, const Error& error) {
  troubles_.push_back(what + ": " + error.message);
}

void Catalog::take_folder(FolderState folder, Engine& engine, Now now) {
  view_changed_ = true;
  folder_ = folder.root;
  problem_ = folder.problem;
  // A folder that cannot be read says nothing about its files.
  if (!problem_.empty()) return;
  // What ended before is a matter of the versions until now.
  follow_ends(engine, now);
  follow_updates(engine, now);
  std::set<std::string> seen, good;
  for (const FolderFile& file : folder.files) {
    if (file.dag != nullptr) good.insert(file.name);
  }
  for (const FolderFile& file : folder.files) {
    take_file(file, good, engine, now);
    seen.insert(file.name);
  }
  for (auto& [name, entry] : entries_) {
    if (seen.contains(name) || entry.row.state == DagRow::State::gone) continue;
    // A broken file has no name of its own; its dag is known by the file.
    const std::string& path = entry.row.file;
    const bool broken_here = std::any_of(
        folder.files.begin(), folder.files.end(),
        [&](const FolderFile& file) { return file.dag == nullptr && file.path == path; });
    if (broken_here) continue;
    entry.row.state = DagRow::State::gone;
    entry.schedules.clear();
    entry.next_instant.reset();
    look_again(entry, {});
    entry.dag = nullptr;
    drop_triggers(entry, now);
    keep(entry);
  }
  note_listeners();
}

void Catalog::take_file(const FolderFile& file, const std::set<std::string>& good, Engine& engine,
                        Now now) {
  std::string name = file.name;
  if (file.dag == nullptr) {
    for (const auto& [known, entry] : entries_) {
      // A dag that moved to another file is that other file's.
      if (good.contains(known) || entry.row.state == DagRow::State::gone) continue;
      if (entry.row.file == file.path) name = known;
    }
  }
  Entry& entry = entries_[name];
  if (entry.row.name.empty()) {
    entry.row.name = name;
    entry.row.first_seen = now.wall;
  }
  entry.row.file = file.path;
  entry.directory = file.directory;
  entry.row.last_seen = now.wall;
  entry.row.findings = findings_json(file);
  entry.row.state = file.dag == nullptr ? DagRow::State::broken : DagRow::State::ok;
  const Status taken = file.dag == nullptr ? keep_last_good(entry, file, now)
                                           : take_version(entry, file, engine, now);
  if (!taken.ok()) note_trouble("the dag " + name, taken.error());
  keep(entry);
}

Status Catalog::take_version(Entry& entry, const FolderFile& file, Engine& engine, Now now) {
  const bool same = entry.dag != nullptr && entry.dag->content_hash == file.dag->content_hash;
  entry.dag = file.dag;
  if (same) return Ok{};
  const auto known = TRY(runs_.find_version(file.dag->name, file.dag->content_hash));
  const auto version = engine.version_for(*file.dag, known.value_or(0), now);
  if (version != entry.row.version) entry.row.loaded_at = now.wall;
  entry.row.version = version;
  entry.row.schedule_hash = schedules_hash(entry.dag->schedules);
  TRY(take_triggers(entry, now));
  return take_schedules(entry, now);
}

Status Catalog::keep_last_good(Entry& entry, const FolderFile& file, Now now) {
  if (entry.dag != nullptr || entry.row.version == 0) return Ok{};
  const DagVersionRow row = TRY(runs_.dag_version(entry.row.version));
  entry.dag = TRY(parse_(row, file.directory));
  TRY(take_triggers(entry, now));
  return take_schedules(entry, now);
}

Status Catalog::take_schedules(Entry& entry, Now now) {
  const auto known = TRY(reader_.known_schedules(entry.row.name));
  const auto changes = compare_schedules(entry.dag->schedules, catch_up_of(*entry.dag), known,
                                         now.wall);
  for (const ScheduleChange& change : changes) {
    if (change.kind == ScheduleChange::Kind::goes_on) continue;
    ScheduleRow row;
    row.dag = entry.row.name;
    row.key = change.key;
    row.active = change.kind == ScheduleChange::Kind::begins;
    row.decided_until = change.decided_until;
    row.since = now.wall;
    if (row.active) {
      row.text = entry.dag->schedules[change.schedule].text;
      row.timezone = entry.dag->schedules[change.schedule].timezone;
    } else {
      for (const ScheduleRow& old : TRY(reader_.schedules(entry.row.name))) {
        if (old.key != change.key) continue;
        row = old;
        row.active = false;
      }
    }
    rows_.schedules.push_back(std::move(row));
  }
  entry.schedules.clear();
  for (const ScheduleChange& change : changes) {
    if (change.kind == ScheduleChange::Kind::ends) continue;
    ScheduleState state;
    state.key = change.key;
    state.schedule = entry.dag->schedules[change.schedule];
    state.zone = TRY(load_zone(state.schedule.timezone));
    state.decided_until = change.decided_until;
    entry.schedules.push_back(std::move(state));
  }
  TRY(reload_schedules(entry, now));
  look_again(entry, now.wall);
  return Ok{};
}

// What rows say about instants after where planning goes on: the clock was set back, or a backfill
// went ahead.
Status Catalog::reload_schedules(Entry& entry, Now now) {
  const auto rows = TRY(reader_.schedules(entry.row.name));
  for (ScheduleState& state : entry.schedules) {
    for (const ScheduleRow& row : rows) {
      if (row.key != state.key || !row.active) continue;
      auto position = TRY(reader_.position(row, now.wall));
      state.decided_until = position.decided_until;
      state.decided = std::move(position.decided);
      if (position.decided_until < row.decided_until) {
        ScheduleRow back = row;
        back.decided_until = position.decided_until;
        rows_.schedules.push_back(std::move(back));
      }
    }
  }
  return Ok{};
}

std::shared_ptr<const CatalogView> Catalog::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

void Catalog::take_rows(Batch& batch) {
  view_changed_ = view_changed_ || !rows_.empty();
  note_updates(batch.dataset_updates);
  // What the engine wrote about deadlines stays.
  rows_.deadlines = std::move(batch.timetable.deadlines);
  batch.timetable = std::exchange(rows_, {});
}

void Catalog::committed() {
  news_.merge(std::exchange(news_in_flight_, {}));
  if (!view_changed_ && changed_.empty()) return;
  auto next = std::make_shared<CatalogView>(*view());
  for (const std::string& name : std::exchange(changed_, {})) {
    const Entry& entry = entries_.at(name);
    next->dags[name] = std::make_shared<const DagView>(
        DagView{entry.row, entry.dag, entry.directory, entry.next_instant});
  }
  next->freezes.clear();
  for (const auto& [id, freeze] : freezes_) next->freezes.push_back(freeze);
  next->folder = folder_;
  next->problem = problem_;
  view_changed_ = false;
  const std::lock_guard lock(mutex_);
  view_ = std::move(next);
}

}  // namespace tidemill
