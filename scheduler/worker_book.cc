#include "scheduler/worker_book.h"

#include <bit>
#include <cmath>

namespace tidemill {

int grants_ahead(int slots, double mean_task_us) {
  constexpr double kCoverUs = 100'000;
  constexpr double kLongTaskUs = 5'000'000;
  if (mean_task_us < 0) return 2 * slots;
  if (mean_task_us > kLongTaskUs) return 0;
  const double wanted = std::min(256.0, slots * kCoverUs / std::max(mean_task_us, 1.0));
  // In powers of two, so that it does not change with every task.
  const auto rounded = std::bit_ceil(static_cast<unsigned>(std::ceil(wanted)));
  return std::max(slots, static_cast<int>(rounded));
}

void WorkerBook::restore(const WorkerRow& row) {
  KnownWorker& worker = workers_[row.id];
  worker.row = row;
  worker.view.id = row.id;
  worker.view.name = row.name;
  worker.view.slots = row.slots;
  worker.view.draining = row.draining;
  worker.heard_at = row.last_seen;
  by_name_[row.name] = row.id;
}

KnownWorker* WorkerBook::find(WorkerId id) {
  const auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

const KnownWorker* WorkerBook::find_link(LinkId link) const {
  const auto found = by_link_.find(link);
  return found == by_link_.end() ? nullptr : &workers_.at(found->second);
}

KnownWorker* WorkerBook::find(LinkId link) {
  const auto found = by_link_.find(link);
  return found == by_link_.end() ? nullptr : find(found->second);
}

KnownWorker* WorkerBook::find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : find(found->second);
}

KnownWorker& WorkerBook::add(WorkerId id, const std::string& name, WallTime now) {
  CHECK(find(name) == nullptr && find(id) == nullptr);
  WorkerRow row;
  row.id = id;
  row.name = name;
  row.first_seen = now;
  restore(row);
  return workers_[id];
}

void WorkerBook::connect(KnownWorker& worker, LinkId link) {
  CHECK(!worker.link);
  worker.link = link;
  by_link_[link] = worker.row.id;
}

void WorkerBook::disconnect(LinkId link) {
  KnownWorker* worker = find(link);
  if (worker == nullptr) return;
  worker->link = {};
  by_link_.erase(link);
}

bool WorkerBook::note_duration(KnownWorker& worker, Duration duration) {
  const auto us = static_cast<double>(std::max<std::int64_t>(duration.count(), 0));
  worker.mean_task_us = worker.mean_task_us < 0 ? us : worker.mean_task_us * 0.75 + us * 0.25;
  const int ahead = grants_ahead(worker.view.slots, worker.mean_task_us);
  if (ahead == worker.view.queue_ahead) return false;
  worker.view.queue_ahead = ahead;
  return true;
}

}  // namespace tidemill
