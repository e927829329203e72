// The placement rules once more, as plainly as they can be written: lists, scanned again for every
// question, nothing kept between steps. An oracle for property tests, not for speed.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/placement.h"

namespace tidemill::test {

class ReferencePlacement {
 public:
  struct Live {
    ReadyTask task;
    WorkerId worker;
  };

  std::map<std::string, int> pools;
  std::map<std::int64_t, WorkerView> workers;
  // In no order; each holds some place, which is its own until kin exchange theirs.
  struct Waiting {
    ReadyTask task;
    BootTime place;
  };
  std::vector<Waiting> ready;
  std::vector<Live> live;
  bool paused = false;

  void add(const ReadyTask& task) { ready.push_back({task, task.since}); }

  // Its own place goes with it when it or one of its kin has that, else the earliest of theirs.
  void remove(std::size_t at) {
    std::size_t gives = at;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (!kin(ready[i].task, ready[at].task)) continue;
      const bool has_own = ready[gives].place == ready[at].task.since;
      const bool gets_own = ready[i].place == ready[at].task.since;
      if (!has_own && (gets_own || ready[i].place < ready[gives].place)) gives = i;
    }
    ready[gives].place = ready[at].place;
    ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(at));
  }

  std::vector<Grant> place(BootTime now) {
    std::vector<Grant> grants;
    if (paused) return grants;
    exchange_places();
    std::sort(ready.begin(), ready.end(),
              [](const Waiting& a, const Waiting& b) { return order(a) < order(b); });
    std::vector<ReadyTask> blocked;
    std::vector<Live> held;        // reservations: like live tasks; no worker = run and pool only
    std::vector<WorkerId> wanted;  // an earlier task waits for a slot of these
    std::vector<Waiting> left;
    for (const Waiting& waiting : ready) {
      const ReadyTask& task = waiting.task;
      const bool twin = std::any_of(blocked.begin(), blocked.end(),
                                    [&](const ReadyTask& other) { return same(task, other); });
      const WorkerId chosen = twin ? WorkerId{} : choose(task, held, wanted);
      if (chosen) {
        live.push_back({task, chosen});
        grants.push_back({task.run, task.task, chosen});
        continue;
      }
      left.push_back(waiting);
      if (twin) continue;
      blocked.push_back(task);
      if (!startable(task)) continue;
      want_slots(task, held, wanted);
      if (now - waiting.place >= kReserveAfter) reserve(task, held);
    }
    ready = left;
    return grants;
  }

  int pool_use(const std::string& pool, const std::vector<Live>& more = {}) const {
    int used = 0;
    each(more, [&](const Live& l) { used += l.task.pool == pool ? l.task.slots : 0; });
    return used;
  }

  int run_use(RunId run, const std::vector<Live>& more = {}) const {
    int used = 0;
    each(more, [&](const Live& l) { used += l.task.run == run && l.task.max_active_tasks > 0; });
    return used;
  }

  double use(WorkerId worker, double (*amount)(const ReadyTask&),
             const std::vector<Live>& more = {}) const {
    double used = 0;
    each(more, [&](const Live& l) { used += l.worker == worker ? amount(l.task) : 0; });
    return used;
  }

  static double slots(const ReadyTask& task) { return task.slots; }
  static double cpu(const ReadyTask& task) { return task.resources.cpu; }
  static double memory(const ReadyTask& task) { return static_cast<double>(task.resources.memory); }
  static double gpu(const ReadyTask& task) { return task.resources.gpu; }

  // Could it start if nothing else ran?
  bool startable(const ReadyTask& task) const {
    return pool_allows(task, 0) && !possible(task).empty();
  }

 private:
  static std::tuple<BootTime, RunId, BootTime, TaskIndex> order(const Waiting& waiting) {
    const ReadyTask& task = waiting.task;
    return std::tuple(waiting.place + kPriorityStep * (task.priority - 1), task.run,
                      task.since - 4 * task.way, task.task);
  }

  static bool kin(const ReadyTask& a, const ReadyTask& b) {
    return a.run == b.run && a.priority == b.priority && same(a, b);
  }

  // The one with the earliest turn gets the earliest place of its kin, and so on.
  void exchange_places() {
    std::sort(ready.begin(), ready.end(), [](const Waiting& a, const Waiting& b) {
      return std::tuple(a.task.since - 4 * a.task.way, a.task.task) <
             std::tuple(b.task.since - 4 * b.task.way, b.task.task);
    });
    for (std::size_t a = 0; a < ready.size(); ++a) {
      for (std::size_t b = a + 1; b < ready.size(); ++b) {
        if (!kin(ready[a].task, ready[b].task) || ready[a].place <= ready[b].place) continue;
        std::swap(ready[a].place, ready[b].place);
      }
    }
  }

  static bool same(const ReadyTask& a, const ReadyTask& b) {
    if (a.max_active_tasks > 0 && a.run != b.run) return false;
    return std::tie(a.slots, a.pool, a.runs_on, a.max_active_tasks, a.resources.cpu,
                    a.resources.memory, a.resources.gpu) ==
           std::tie(b.slots, b.pool, b.runs_on, b.max_active_tasks, b.resources.cpu,
                    b.resources.memory, b.resources.gpu);
  }

  template <typename F>
  void each(const std::vector<Live>& more, F f) const {
    for (const Live& one : live) f(one);
    for (const Live& one : more) f(one);
  }

  bool pool_allows(const ReadyTask& task, int used) const {
    if (task.pool.empty()) return true;
    const auto pool = pools.find(task.pool);
    return pool != pools.end() && used + task.slots <= pool->second;
  }

  bool run_allows(const ReadyTask& task, const std::vector<Live>& held) const {
    return task.max_active_tasks == 0 || run_use(task.run, held) < task.max_active_tasks;
  }

  std::vector<WorkerView> possible(const ReadyTask& task) const {
    std::vector<WorkerView> found;
    for (const auto& [id, w] : workers) {
      bool ok = !w.draining && task.slots <= w.slots;
      for (const std::string& label : task.runs_on) {
        ok = ok && std::find(w.labels.begin(), w.labels.end(), label) != w.labels.end();
      }
      ok = ok && (w.capacity.cpu == 0 || task.resources.cpu <= w.capacity.cpu);
      ok = ok && (w.capacity.memory == 0 || task.resources.memory <= w.capacity.memory);
      ok = ok && task.resources.gpu <= w.capacity.gpu;
      if (ok) found.push_back(w);
    }
    return found;
  }

  // What is still missing there, one number for each thing; all zero = it fits.
  std::tuple<double, double, double, double> missing(const ReadyTask& task, const WorkerView& w,
                                                     const std::vector<Live>& held,
                                                     int ahead) const {
    const auto lacks = [&](double (*amount)(const ReadyTask&), double capacity) {
      return amount(task) == 0 ? 0.0
                               : std::max(0.0, use(w.id, amount, held) + amount(task) - capacity);
    };
    const double unlimited = 1e18;
    const Resources& c = w.capacity;
    return {lacks(gpu, c.gpu), lacks(slots, w.slots + ahead),
            lacks(memory, c.memory == 0 ? unlimited : static_cast<double>(c.memory)),
            lacks(cpu, c.cpu == 0 ? unlimited : c.cpu)};
  }

  bool fits(const ReadyTask& task, const WorkerView& w, const std::vector<Live>& held,
            int ahead) const {
    return missing(task, w, held, ahead) == std::tuple(0.0, 0.0, 0.0, 0.0);
  }

  WorkerId choose(const ReadyTask& task, const std::vector<Live>& held,
                  const std::vector<WorkerId>& wanted) const {
    if (!pool_allows(task, pool_use(task.pool, held)) || !run_allows(task, held)) return {};
    const std::vector<WorkerView> workers_for = possible(task);
    const WorkerView* best = nullptr;
    for (const WorkerView& w : workers_for) {
      if (!fits(task, w, held, 0)) continue;
      if (best == nullptr || use(w.id, slots) * best->slots < use(best->id, slots) * w.slots) {
        best = &w;
      }
    }
    if (best != nullptr) return best->id;
    if (task.expected >= std::chrono::milliseconds(100)) return {};
    const bool plain = task.slots == 1 && task.pool.empty() && task.max_active_tasks == 0 &&
                       task.resources.cpu == 0 && task.resources.memory == 0 &&
                       task.resources.gpu == 0;
    if (!plain || workers_for.size() != 1) return {};
    const WorkerView& only = workers_for.front();
    if (std::find(wanted.begin(), wanted.end(), only.id) != wanted.end()) return {};
    return fits(task, only, held, only.queue_ahead) ? only.id : WorkerId{};
  }

  // Workers of which this blocked task has everything but a slot.
  void want_slots(const ReadyTask& task, const std::vector<Live>& held,
                  std::vector<WorkerId>& wanted) const {
    if (!run_allows(task, held) || !pool_allows(task, pool_use(task.pool, held))) return;
    for (const WorkerView& w : possible(task)) {
      if (use(w.id, slots) + task.slots > w.slots) wanted.push_back(w.id);
    }
  }

  void reserve(const ReadyTask& task, std::vector<Live>& held) const {
    ReadyTask run_only = task;
    run_only.pool.clear();
    if (!run_allows(task, held)) return held.push_back({run_only, {}});
    if (!pool_allows(task, pool_use(task.pool, held))) return held.push_back({task, {}});
    const auto could = possible(task);
    const auto nearest = std::min_element(
        could.begin(), could.end(), [&](const WorkerView& a, const WorkerView& b) {
          return missing(task, a, held, 0) < missing(task, b, held, 0);
        });
    held.push_back({task, nearest->id});
  }
};

}  // namespace tidemill::test
