// A new run from an old one: its parameters and data interval, on the same or another version of
// the DAG, and what of its results is taken over. Pure; the rows are read by whoever asks.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "core/dag_diff.h"
#include "scheduler/engine.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

struct RerunWish {
  const StoredRun& run;          // that has ended
  const DagVersionRow& version;  // which it used
  const Dag& old_dag;            // the same, parsed
  DagPtr dag;                    // which the new run uses: the same, the latest, an edited one
  Json::Object params;           // values to change; null = as if it were not given
  bool from_failed = false;      // take over what succeeded, see reuse_results()
  std::string by;
};

struct Rerun {
  SubmitRequest request;  // known_version is that of the run when the dag is the same
  DagDiff tasks;
  std::vector<ParamDiff> params;
};

// The earlier values of parameters that still exist and still fit are kept, others fall back to
// their defaults; the diff shows both. The data interval and the seed are those of the old run.
// `invalid` names every parameter that is wrong; `conflict` when the run is of another DAG, or goes
// on and results are to be taken over.
Result<Rerun> plan_rerun(const RerunWish& wish);

// What of an earlier run a new one can take over: a task is taken over when it succeeded there,
// still exists under the same id, and every upstream of it is taken over as well. Fills
// options.reuse and options.reused_from.
Status reuse_results(const StoredRun& stored, const DagVersionRow& version, const Dag& dag,
                     RunOptions& options);

// The values of the earlier run that `dag` still takes, for parameters not among `except`.
Result<Json::Object> kept_params(const StoredRun& stored, const Dag& dag,
                                 const std::vector<std::string>& except);

}  // namespace tidemill
