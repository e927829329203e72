#include "scheduler/past_reader.h"

#include <algorithm>

#include "scheduler/storage/forecast_rows.h"
#include "scheduler/storage/open.h"

namespace tidemill {
namespace {

constexpr std::uint32_t kMostRuns = 10;
constexpr std::uint32_t kMostRows = 100'000;

}  // namespace

Result<TaskHistory> read_past(const std::string& database, const Dag& dag) {
  Database opened = TRY(open_for_reading(database));
  const auto runs = std::clamp(kMostRows / std::max(dag.task_count, 1u), 1u, kMostRuns);
  return expected_durations(dag, TRY(task_durations(opened, dag.name, static_cast<int>(runs))));
}

PastReader::PastReader(World world) : world_(std::move(world)), thread_([this] { work(); }) {}

PastReader::~PastReader() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PastReader::read(DagPtr dag) {
  {
    const std::lock_guard lock(mutex_);
    std::string name = dag->name;
    wanted_[std::move(name)] = std::move(dag);
  }
  changed_.notify_all();
}

void PastReader::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !wanted_.empty(); });
    if (ending_) return;
    const DagPtr dag = std::move(wanted_.begin()->second);
    wanted_.erase(wanted_.begin());
    lock.unlock();
    auto past = read_past(world_.database, *dag);
    if (past.ok()) {
      world_.tell(dag, std::move(*past));
    } else {
      world_.complain(
          fmt::format("what {} took before cannot be read, so its tasks go in the order "
                      "in which they become ready: {}",
                      dag->name, past.error().message));
    }
    lock.lock();
  }
}

}  // namespace tidemill
