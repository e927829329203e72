#include "scheduler/janitor.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/log_folders.h"
#include "scheduler/storage/open.h"

namespace tidemill {
namespace {

// Rows of one transaction: a few milliseconds of the writer's time.
constexpr std::int64_t kTasksAtOnce = 500;
// So many rows of each task are counted, attempts, results and events.
constexpr std::int64_t kRowsOfTask = 4;

Json ids(const std::vector<RunId>& runs) {
  Json::Array list;
  for (const RunId run : runs) list.emplace_back(run.value);
  return Json(std::move(list));
}

AuditEntry removal_entry(const std::vector<RunId>& runs) {
  AuditEntry entry;
  entry.at = system_now().wall;
  entry.who = "system";
  entry.via = "retention";
  entry.action = "runs.remove";
  entry.object = plural(static_cast<std::int64_t>(runs.size()), "run");
  Json detail;
  detail.set("runs", ids(runs));
  entry.detail = detail.dump();
  return entry;
}

using Store = std::function<Result<Json>(Database&)>;

Store removal_of(const std::vector<RunId>& runs) {
  return [runs](Database& writer) -> Result<Json> { return ids(TRY(remove_runs(writer, runs))); };
}

Store forgetting(const std::vector<RunId>& runs) {
  return [runs](Database& writer) -> Result<Json> {
    TRY(forget_removed_runs(writer, runs));
    return Json();
  };
}

// Runs that are removed together.
struct Batches {
  std::vector<std::pair<std::vector<RunId>, std::int64_t>> all;  // with their tasks

  void add(const OldRun& run) {
    if (all.empty() || all.back().second + run.tasks > kTasksAtOnce) all.emplace_back();
    all.back().first.push_back(run.run);
    all.back().second += run.tasks;
  }
};

}  // namespace

struct Janitor::Shared {
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  JanitorRules rules;
  bool stopping = false, look = true;
  std::optional<Result<Json>> answer;
};

Janitor::Janitor(World world, JanitorRules rules)
    : world_(std::move(world)), shared_(std::make_shared<Shared>()) {
  shared_->rules = rules;
  thread_ = std::thread([this] { work(); });
}

Janitor::~Janitor() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  thread_.join();
}

void Janitor::set_rules(JanitorRules rules) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->rules = rules;
    shared_->look = true;
  }
  shared_->changed.notify_all();
}

void Janitor::work() {
  while (true) {
    JanitorRules rules;
    {
      std::unique_lock lock(shared_->mutex);
      shared_->changed.wait_for(lock, kEvery, [&] { return shared_->stopping || shared_->look; });
      if (shared_->stopping) return;
      shared_->look = false;
      rules = shared_->rules;
    }
    const Status done = pass(rules);
    const std::lock_guard lock(shared_->mutex);
    if (!done.ok() && !shared_->stopping) world_.complain(done.error().message);
  }
}

Status Janitor::pass(const JanitorRules& rules) {
  Database database = TRY(open_for_reading(world_.data_dir + "/tidemill.db"));
  TRY(remove_old(database, rules.runs));
  TRY(remove_logs_of_removed(database));
  if (rules.log_bytes > 0) TRY(keep_quota(database, rules.log_bytes));
  return Ok{};
}

Status Janitor::remove_old(Database& database, const RetentionRule& rule) {
  std::int64_t count = 0;
  while (true) {
    const auto old = TRY(find_old_runs(database, rule, system_now().wall, kRunsAtOnce));
    Batches batches;
    for (const OldRun& run : old) batches.add(run);
    std::size_t removed = 0;
    for (const auto& [runs, tasks] : batches.all) {
      const auto weight = static_cast<std::size_t>(1 + tasks * kRowsOfTask);
      const Json gone = TRY(change(removal_of(runs), weight, removal_entry(runs)));
      removed += gone.as_array().size();
    }
    count += static_cast<std::int64_t>(removed);
    // None of them could go: the same ones would be found again.
    if (old.size() < kRunsAtOnce || removed == 0) break;
  }
  if (count > 0) world_.note(fmt::format("retention: {} removed", plural(count, "run")));
  return Ok{};
}

Status Janitor::remove_logs_of_removed(Database& database) {
  while (true) {
    const auto runs = TRY(removed_runs(database, kRunsAtOnce));
    if (runs.empty()) return Ok{};
    for (const RunId run : runs) TRY(remove_log_folder(world_.data_dir, run));
    TRY(change(forgetting(runs), runs.size(), std::nullopt));
  }
}

Status Janitor::keep_quota(Database& database, std::uint64_t most) {
  const auto folders = TRY(list_log_folders(world_.data_dir));
  std::uint64_t total = 0;
  for (const LogFolder& folder : folders) total += folder.bytes;
  std::int64_t count = 0;
  std::uint64_t freed = 0;
  for (const LogFolder& folder : folders) {
    if (total - freed <= most) break;
    if (!TRY(has_ended_run(database, folder.run))) continue;
    TRY(remove_log_folder(world_.data_dir, folder.run));
    freed += folder.bytes;
    ++count;
  }
  if (count > 0) {
    world_.note(fmt::format("retention: the logs of {} removed, {}", plural(count, "run"),
                            format_bytes(freed)));
  }
  return Ok{};
}

Result<Json> Janitor::change(std::function<Result<Json>(Database&)> store, std::size_t weight,
                             std::optional<AuditEntry> audit) {
  Mutation mutation;
  mutation.store = std::move(store);
  mutation.weight = weight;
  mutation.audit = std::move(audit);
  mutation.done = [shared = shared_](Result<Json> result) {
    {
      const std::lock_guard lock(shared->mutex);
      shared->answer = std::move(result);
    }
    shared->changed.notify_all();
  };
  world_.mutate(std::move(mutation));
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] { return shared_->stopping || shared_->answer; });
  if (!shared_->answer) return unavailable("the scheduler is stopping");
  return *std::exchange(shared_->answer, std::nullopt);
}

}  // namespace tidemill
