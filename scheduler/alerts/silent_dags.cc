#include "scheduler/alerts/silent_dags.h"

#include <algorithm>

namespace tidemill {
namespace {

bool is_watched(const DagView& dag) {
  return dag.dag != nullptr && dag.row.state != DagRow::State::gone &&
         dag.dag->expect_run_every.count() > 0;
}

bool is_frozen(const CatalogView& view, WallTime now) {
  return std::any_of(view.freezes.begin(), view.freezes.end(), [now](const FreezeRow& freeze) {
    return freeze.from <= now && (freeze.until.us == 0 || now < freeze.until);
  });
}

ExpectedSuccess expected_of(const DagView& dag) {
  ExpectedSuccess expected;
  expected.dag = dag.row.name;
  expected.every = dag.dag->expect_run_every;
  expected.severity = alert_severity_from(dag.dag->alerts.severity).value_or(AlertSeverity::error);
  expected.policy = dag.dag->alerts.policy;
  return expected;
}

}  // namespace

void SilentDags::on_commit(const Batch& batch) {
  for (const RunWrite& write : batch.runs) {
    const RunRow& run = write.row;
    if (run.state != RunState::succeeded && run.state != RunState::partial) continue;
    const auto known = heard_.find(run.dag_name);
    if (known != heard_.end()) known->second = std::max(known->second, run.ended_at);
  }
}

// A DAG that never succeeded is waited for from when it was first seen.
Result<WallTime> SilentDags::heard_of(const DagView& dag, const LastSuccess& last_success) {
  auto known = heard_.find(dag.row.name);
  if (known == heard_.end()) {
    const WallTime stored = TRY(last_success(dag.row.name));
    known = heard_.emplace(dag.row.name, std::max(stored, dag.row.first_seen)).first;
  }
  return known->second;
}

Result<std::vector<Trouble>> SilentDags::look(const CatalogView& view, WallTime now,
                                              const LastSuccess& last_success) {
  std::vector<Trouble> found;
  std::set<std::string> watched;
  const bool frozen = is_frozen(view, now);
  for (const auto& [name, dag] : view.dags) {
    if (!is_watched(*dag)) continue;
    watched.insert(name);
    if (dag->row.paused || frozen) {
      heard_[name] = now;
      continue;
    }
    const WallTime heard = TRY(heard_of(*dag, last_success));
    found.push_back(trouble_of_silence(expected_of(*dag), heard, now));
  }
  for (const std::string& name : watched_) {
    if (watched.contains(name)) continue;
    heard_.erase(name);
    found.push_back(trouble_of_silence({name, {}, {}, ""}, now, now));
  }
  watched_ = std::move(watched);
  return found;
}

}  // namespace tidemill
