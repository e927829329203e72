// The workers that the scheduler knows, by id, name and link, and how far ahead each is granted.
// Pure bookkeeping; one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/placement.h"
#include "protocol/messages.h"
#include "scheduler/shell_effect.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

// How many attempts a worker may hold beyond its slots, so that short tasks never wait for our
// commit: about 100 ms of work. Long tasks are not granted ahead at all: they would sit bound to a
// busy worker and gain nothing. A mean that is not known yet (negative) counts as short.
int grants_ahead(int slots, double mean_task_us);

enum class WorkerState : std::uint8_t {
  connected,
  draining,     // connected, and gets nothing new
  unreachable,  // of another machine: not heard, its lease may still hold
  lost,         // likewise, and its lease has ended
  away,         // of this machine: not connected
};

struct KnownWorker {
  WorkerRow row;
  WorkerView view;
  LinkId link;               // none = not connected
  int live = 0;              // attempts granted to it that have not ended
  BootTime last_heard{};     // any message; after a restart of the scheduler, that restart
  WallTime heard_at{};       // likewise, but what the database says after a restart; for people
  std::string build;         // version of Tidemill there; empty = it was not here since our start
  bool unreachable = false;  // not heard for a while: gets nothing new
  double mean_task_us = -1;  // moving mean of its attempts; negative = none ended yet
};

class WorkerBook {
 public:
  void restore(const WorkerRow& row);

  KnownWorker* find(WorkerId id);
  KnownWorker* find(LinkId link);
  KnownWorker* find(const std::string& name);
  const KnownWorker* find_link(LinkId link) const;
  KnownWorker& add(WorkerId id, const std::string& name, WallTime now);

  void connect(KnownWorker& worker, LinkId link);
  void disconnect(LinkId link);
  // Takes a duration into the mean; true when grants ahead changed with it.
  bool note_duration(KnownWorker& worker, Duration duration);

  const std::map<WorkerId, KnownWorker>& all() const { return workers_; }

 private:
  std::map<WorkerId, KnownWorker> workers_;
  std::unordered_map<std::string, WorkerId> by_name_;
  std::unordered_map<LinkId, WorkerId> by_link_;
};

}  // namespace tidemill
