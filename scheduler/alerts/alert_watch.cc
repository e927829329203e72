#include "scheduler/alerts/alert_watch.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr Duration kAlertsEvery = std::chrono::milliseconds(250);

bool feeds(const RunRow& run) {
  return is_terminal(run.state) || run.deadline_missed || run.reopened > 0;
}

bool may_have_missed(const TimetableRows& rows) {
  return !rows.blocks.empty() || std::any_of(rows.instants.begin(), rows.instants.end(),
                                             [](const InstantRow& row) { return !row.run; });
}

bool may_feed(const Batch& batch) {
  const auto failed = [](const TaskWrite& write) { return write.row.state == TaskState::failed; };
  return !batch.timetable.dags.empty() || may_have_missed(batch.timetable) ||
         std::any_of(batch.runs.begin(), batch.runs.end(),
                     [](const RunWrite& write) { return feeds(write.row); }) ||
         std::any_of(batch.tasks.begin(), batch.tasks.end(), failed);
}

// What people do to alerts moves timers, too.
bool moves_timers(const Batch& batch) {
  return std::any_of(batch.operations.begin(), batch.operations.end(), [](const auto& operation) {
    const auto& outcome = operation->outcome;
    return outcome && outcome->ok() && (*outcome)->is_object() && (*outcome)->find("alerts");
  });
}

}  // namespace

void AlertWatch::on_commit(const Batch& batch) {
  // The answer of a turn that is under way moves timers, too, and has told of them itself.
  if (may_feed(batch) || (!under_way_ && moves_timers(batch))) fed_ = true;
}

Chore AlertWatch::chore() {
  return {kAlertsEvery, [this](Engine&, Now now) { look(now); }, {}};
}

void AlertWatch::look(Now now) {
  const bool due = due_at_.us != 0 && due_at_ <= now.wall;
  if (under_way_ || (!fed_ && !due)) return;
  fed_ = false;
  under_way_ = true;
  Mutation mutation;
  mutation.weight = 100;
  mutation.store = [load = world_.load, policies = world_.policies(), at = now.wall](
                       Database& database) { return turn_alerts(database, load, policies, at); };
  mutation.done = [this](const Result<Json>& answer) { turned(answer); };
  world_.mutate(std::move(mutation));
}

void AlertWatch::turned(const Result<Json>& answer) {
  under_way_ = false;
  if (!answer.ok()) {
    world_.complain("alerts cannot be kept: " + answer.error().message);
    return;
  }
  fed_ = fed_ || answer->find("more")->as_bool();
  due_at_ = {answer->find("due_us")->as_int()};
}

}  // namespace tidemill
