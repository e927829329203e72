// Where attempts are made ready and cleared away: folders, command, environment, inputs before;
// results and artifacts after. Fast work is done at once on the agent's main thread, slow work as a
// chore.
#pragma once

#include <functional>
#include <string>

#include "worker/agent.h"
#include "worker/checkpoints.h"
#include "worker/chores.h"
#include "worker/collect.h"
#include "worker/held_attempt.h"
#include "worker/objects.h"
#include "worker/workspaces.h"

namespace tidemill {

class AttemptDesk {
 public:
  explicit AttemptDesk(const AgentOptions& options);

  Status open();
  // After the supervisor's inventory: folders that no attempt uses are cleaned.
  void adopt(const HeldByAgent& held);
  void clean_unused();

  using Prepared = std::function<void(Result<message::Spawn>)>;
  // Calls `done` at once, or later when there are inputs to put in place. Sets held.note.
  void prepare(const message::Start& start, HeldByAgent& held, Prepared done);

  using Finished = std::function<void(Outcome)>;
  // Likewise at once, or later when there are artifacts to store.
  void collect(HeldByAgent& held, const message::ExitRecord& record, Finished done);

  // The attempt is acknowledged; its folders are free.
  void release(const HeldByAgent& held);

  // The attempt's progress file, when it changed since `last`.
  std::optional<ProgressLine> read_progress(const HeldByAgent& held, std::string& last) const;

  Chores& files() { return files_; }
  Objects& objects() { return objects_; }  // for chores of files()
  Chores& cleaning() { return cleaning_; }

 private:
  std::string log_path(RunId run, AttemptId attempt) const;
  Result<message::Spawn> make_spawn(const message::Start& start, HeldByAgent& held);
  Status set_command(const message::Start& start, const std::string& workspace,
                     message::Spawn& spawn);
  void clean_workspace(std::int64_t number);
  void clean_checkpoint(std::int64_t number);

  const AgentOptions options_;
  const message::Variables host_;
  Workspaces workspaces_;
  Checkpoints checkpoints_;
  Objects objects_;                // used by the files_ thread alone
  std::set<std::int64_t> unused_;  // folders from before, until clean_unused()
  Chores files_;
  Chores cleaning_;
};

}  // namespace tidemill
