// `--from-failed RUN`: what of an earlier run a new one can take over. A task is taken over when it
// succeeded there, still exists under the same id, and every upstream of it is taken over as well;
// everything else runs.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// Fills options.reuse and options.reused_from, and takes the earlier values of parameters that are
// not among `given` ("name=value"). Refuses a run of another dag and one that is still going on.
Status reuse_from(const std::string& data_dir, const std::string& run, const Dag& dag,
                  const std::vector<std::string>& given, RunOptions& options);

}  // namespace tidemill
