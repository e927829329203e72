// Reads what an alert tells (core/alert/alert_story.h): rows, the log of the attempt that failed,
// and the runbook beside the DAG file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/alert/alert_story.h"
#include "scheduler/catalog.h"
#include "scheduler/storage/alert_rows.h"

namespace tidemill {

struct StorySources {
  std::string data_dir;
  Catalog::Parse parse;                                      // of stored versions
  std::function<std::shared_ptr<const CatalogView>()> dags;  // as of the last commit
};

// Names of other DAGs are told only where `may_see` allows it. A channel is chosen by whoever
// administers Tidemill, so a message may name all of them.
using MaySee = std::function<bool(const std::string& dag)>;

// Any thread; opens connections of its own and reads files, so not the scheduler's. A run that was
// removed, a log that is gone and a version that cannot be read any more leave their part of the
// story empty; StoryRun::reason says so.
Result<AlertStory> read_alert_story(const StorySources& sources, const AlertRow& row,
                                    const MaySee& may_see, WallTime now);

}  // namespace tidemill
