// The dags that this scheduler knows: their files, versions and schedules, who paused them, and
// what was decided about every instant. Lives on the scheduler's thread, except view(), which any
// thread may call.
//
//   FolderWatcher ──FolderState──▶ take_folder()     files become versions, or findings
//   the clock ────────────────────▶ look()           instants become runs or recorded decisions
//   updates of datasets ──────────▶ look()           runs of dags that wait for them
//   ends of runs ─────────────────▶ look()           runs of dags that wait for them
//   operators ────────────────────▶ pause() …        through mutations
//   view() ───────────────────────▶ what the API shows: as of the last commit
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/catch_up.h"
#include "core/timetable.h"
#include "scheduler/dag_folder.h"
#include "scheduler/planner.h"
#include "scheduler/storage/dataset_reader.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/timetable_reader.h"

namespace tidemill {

// One dag as everybody may see it. Immutable.
struct DagView {
  DagRow row;
  DagPtr dag;  // the last good version; null when there never was one
  std::string directory;
  std::optional<WallTime> next_instant;
};

struct CatalogView {
  std::map<std::string, std::shared_ptr<const DagView>, std::less<>> dags;
  std::vector<FreezeRow> freezes;  // not over yet
  std::string folder, problem;     // problem: why the folder cannot be read; empty = it can

  const DagView* find(std::string_view name) const;
};

class Catalog : public Planner {
 public:
  // Loads what earlier schedulers left. `parse` as SchedulerConfig::load_dag.
  using Parse = std::function<Result<DagPtr>(const DagVersionRow&, const std::string& directory)>;
  static Result<std::unique_ptr<Catalog>> open(const std::string& database, Parse parse);

  std::shared_ptr<const CatalogView> view() const;  // any thread

  void take_folder(FolderState folder, Engine& engine, Now now);

  // Operators' words. `not_found` for a dag that is not known, `conflict` when it is so already.
  Status pause(const std::string& dag, const std::string& by, const std::string& reason,
               Engine& engine, Now now);
  // Answers with what became of the instants that were held.
  Result<std::string> unpause(const std::string& dag, Release release, const std::string& by,
                              Engine& engine, Now now);
  // What unpause would do with each answer, in words.
  Result<std::string> ask_release(const std::string& dag, Engine& engine, Now now);
  Result<std::int64_t> freeze(const std::string& by, const std::string& reason,
                              std::optional<WallTime> until, Release after, Engine& engine,
                              Now now);
  Status lift_freeze(std::int64_t id, const std::string& by, Engine& engine, Now now);

  // A run by hand. The same key with the same body gives the same run again; with another body it
  // is a `conflict`.
  struct Trigger {
    std::string dag;
    Json::Object params;
    std::string origin;
    std::string scope, key, body_hash;  // of the idempotency key; empty key = none
    TriggerKind kind = TriggerKind::manual;
  };
  struct Triggered {
    RunId run;
    bool repeated = false;
  };
  Result<Triggered> trigger(const Trigger& trigger, Engine& engine, Now now);

  // Backfills.
  Result<std::int64_t> start_backfill(BackfillRow row, const BackfillPlan& plan, Engine& engine,
                                      Now now);
  Status cancel_backfill(std::int64_t id, const std::string& by, const std::string& reason,
                         bool cancel_runs, Engine& engine, Now now);

  void look(Engine& engine, Now now) override;
  std::optional<WallTime> next_look() const override;
  // Also for a view alone, of which nothing has to be written.
  bool has_rows() const override { return !rows_.empty() || !changed_.empty(); }
  void take_rows(Batch& batch) override;
  void committed() override;
  void on_run_ended(RunId run, RunState state) override;
  // Sentences for the operator since the last call: what could not be read or started.
  std::vector<std::string> take_troubles() { return std::exchange(troubles_, {}); }

 private:
  struct Entry {
    DagRow row;
    DagPtr dag;
    std::string directory;
    std::vector<ScheduleState> schedules;
    std::optional<WallTime> next_instant;
    WallTime look_at;                                 // 0 = nothing is due
    std::vector<DatasetTriggerRow> dataset_triggers;  // parallel to those of the dag
  };
  struct Backfill {
    BackfillRow row;
    std::vector<BackfillSlotRow> slots;
  };

  Catalog(TimetableReader reader, RunReader runs, DatasetReader datasets, Parse parse)
      : reader_(std::move(reader)),
        runs_(std::move(runs)),
        datasets_(std::move(datasets)),
        parse_(std::move(parse)) {}
  Status load();
  Status load_backfill(BackfillRow row);

  Result<Entry*> find(const std::string& dag);
  Result<Entry*> find_runnable(const std::string& dag);
  // `good`: names that good files have.
  void take_file(const FolderFile& file, const std::set<std::string>& good, Engine& engine,
                 Now now);
  Status take_version(Entry& entry, const FolderFile& file, Engine& engine, Now now);
  Status keep_last_good(Entry& entry, const FolderFile& file, Now now);
  Status take_schedules(Entry& entry, Now now);
  Status reload_schedules(Entry& entry, Now now);
  void note_trouble(const std::string& what, const Error& error);

  void look_at(Entry& entry, Engine& engine, Now now);
  void carry_out(Entry& entry, const InstantDecision& decision, Engine& engine, Now now);
  // What a run is for: an instant (0 = now), who asked, and with which parameters.
  struct Purpose {
    TriggerKind trigger = TriggerKind::manual;
    std::string origin;
    WallTime instant, interval_start, interval_end;
    Json::Object params;
    std::int64_t backfill = 0;
  };
  Result<RunId> start_run(const Entry& entry, const Purpose& purpose, Engine& engine, Now now);
  Status refuse_held(const Entry& entry, const Engine& engine, Now now) const;
  TimetableInput input_of(const Entry& entry, const Engine& engine) const;
  void look_again(Entry& entry, WallTime at);
  Result<std::vector<HeldInstant>> held(const Entry& entry, Decision decision, WallTime from);
  Result<std::string> release(Entry& entry, Decision decision, WallTime from, Release release,
                              Engine& engine, Now now);
  void settle_freezes(Engine& engine, Now now);

  // catalog_starts.cc: ends of runs that start runs of other dags.
  Status take_triggers(Entry& entry, Now now);
  void drop_triggers(Entry& entry, Now now);
  void note_listeners();
  void follow_ends(Engine& engine, Now now);
  Status follow_end(RunId source, Engine& engine, Now now);
  Status decide_start(Entry& entry, const RunRow& source, Engine& engine, Now now);
  Result<DagStartRow> start_after(const Entry& entry, const RunRow& source, Engine& engine,
                                  Now now);
  // How many runs started each other, up to this one.
  Result<int> depth_of(RunId run);
  // Why no run begins by a trigger now; the run would be the depth'th in a row.
  std::optional<std::pair<Decision, std::string>> obstacle_to(const Entry& entry, int depth,
                                                              const Engine& engine, Now now) const;

  // catalog_datasets.cc: updates of datasets that start runs.
  Status take_dataset_triggers(Entry& entry);
  void drop_dataset_triggers(Entry& entry);
  void note_updates(const std::vector<DatasetUpdateRow>& updates);
  void follow_updates(Engine& engine, Now now);
  Status decide_updates(Entry& entry, std::size_t index, Engine& engine, Now now);
  Result<DatasetStartRow> start_after_updates(const Entry& entry,
                                              const std::vector<DatasetUpdateRow>& updates,
                                              Engine& engine, Now now);

  static Purpose purpose_of(const BackfillRow& backfill, const BackfillSlot& slot);
  void look_at_backfills(Engine& engine, Now now);
  void advance_backfill(Backfill& backfill, Engine& engine, Now now);
  bool frozen(WallTime now) const;
  void keep(const Entry& entry) {
    rows_.dags.push_back(entry.row);
    changed_.insert(entry.row.name);
  }

  TimetableReader reader_;
  RunReader runs_;
  DatasetReader datasets_;
  Parse parse_;
  std::map<std::string, Entry> entries_;
  std::set<std::pair<WallTime, std::string>> looks_;
  std::map<std::int64_t, FreezeRow> freezes_;   // not settled
  std::map<std::int64_t, Backfill> backfills_;  // open
  std::map<RunId, std::pair<std::int64_t, std::size_t>> backfill_runs_;
  std::int64_t next_freeze_ = 1, next_backfill_ = 1;
  std::string folder_, problem_;
  std::vector<std::string> troubles_;
  bool backfills_due_ = false;
  std::map<std::string, std::set<std::string>> listeners_;  // source → dags that its ends start
  std::vector<RunId> ended_;                                // to be looked at, oldest first
  std::set<std::string> news_;            // dags whose datasets may have been updated
  std::set<std::string> news_in_flight_;  // likewise, once the batch is committed

  TimetableRows rows_;             // since the last take_rows()
  std::set<std::string> changed_;  // dags whose view is old
  bool view_changed_ = true;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const CatalogView> view_ = std::make_shared<CatalogView>();
};

}  // namespace tidemill
