// Retries of many runs at once, as they go on: what is due of each is begun, a few runs at a time,
// and noted in rows. Lives on the scheduler's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/planner.h"
#include "scheduler/storage/bulk_retry_reader.h"
#include "scheduler/storage/reader.h"

namespace tidemill {

class BulkRetries : public Planner {
 public:
  // Loads what earlier schedulers left open. `parse` as SchedulerConfig::load_dag.
  using Parse = std::function<Result<DagPtr>(const DagVersionRow&, const std::string& directory)>;
  static Result<std::unique_ptr<BulkRetries>> open(const std::string& database, Parse parse);

  // Takes a confirmed list; ids, positions and states are set here. Returns the number.
  std::int64_t start(BulkRetryRow row, std::vector<BulkRetryRunRow> runs, Now now);
  // What waits is dropped; what was retried goes on, or is cancelled too. `conflict` when it is not
  // open.
  Status cancel(std::int64_t id, const std::string& by, const std::string& reason, bool cancel_runs,
                Engine& engine, Now now);

  void look(Engine& engine, Now now) override;
  std::optional<WallTime> next_look() const override;
  bool has_rows() const override { return !rows_.empty(); }
  void take_rows(Batch& batch) override;
  void committed() override;
  void on_run_ended(RunId run, RunState state) override;

 private:
  struct Open {
    BulkRetryRow row;
    std::vector<BulkRetryRunRow> runs;
  };

  BulkRetries(BulkRetryReader reader, RunReader runs, Parse parse)
      : reader_(std::move(reader)), runs_(std::move(runs)), parse_(std::move(parse)) {}
  Status load();
  void advance(Open& open, Engine& engine, Now now);
  // What the run becomes in the list; `unavailable` when it must be asked again.
  Status retry(const Open& open, const BulkRetryRunRow& row, Engine& engine, Now now);
  void settle(BulkRetryRunRow& row, BulkItemState state, std::string note);
  void drop_waiting(Open& open, const std::string& note);
  void end(Open& open, BulkRetryRow::State state, std::string note, Now now);
  Result<DagPtr> dag_of(const RunRow& row);

  BulkRetryReader reader_;
  RunReader runs_;
  Parse parse_;
  std::map<std::int64_t, Open> open_;
  std::map<RunId, std::pair<std::int64_t, std::size_t>> followed_;  // retried and not ended
  std::map<std::int64_t, DagPtr> dags_;  // by version, while anything is open
  std::int64_t next_id_ = 1;
  bool due_ = false;  // something may be begun now
  bool due_after_commit_ = false;

  BulkRetryRows rows_;  // since the last take_rows()
};

}  // namespace tidemill
