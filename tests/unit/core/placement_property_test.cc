// Random worlds against the plain reference, and the promises I15 (bounds hold at every step) and
// I16 (what fits is granted; nobody starves) checked on their own.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/placement_fixture.h"
#include "tests/support/reference_placement.h"

namespace tidemill::test {
namespace {

class World {
 public:
  enum class Past { unknown, known };  // of some runs
  explicit World(unsigned seed, Past past) : random_(seed), past_(past) {
    for (const char* pool : kPools) set_pool(pool);
    for (int id = 1; id <= 3; ++id) change_worker(id);
  }

  void step() {
    now_.us += pick(0, 15'000'000);
    switch (pick(0, 19)) {
      case 0:
        return change_worker(pick(1, 4));
      case 1:
        return remove_worker(pick(1, 4));
      case 2:
        return set_pool(any_pool());
      case 3:
        return remove_ready();
      case 4:
        return toggle_pause();
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
      case 10:
        return end_one();
      default:
        return add();
    }
  }

  void place_and_compare() {
    const auto expected = reference_.place(now_);
    const auto granted = placement_.place(now_);
    ASSERT_EQ(text(granted), text(expected));
    placement_.check();
    ASSERT_NO_FATAL_FAILURE(expect_bounds(granted));
    ASSERT_NO_FATAL_FAILURE(expect_reasons());
  }

  std::size_t granted() const { return granted_; }

 private:
  static constexpr std::array<const char*, 2> kPools = {"db", "gpu"};

  int pick(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
  }
  const char* any_pool() { return chance(50) ? kPools[0] : kPools[1]; }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  void change_worker(int id) {
    WorkerView view = worker(id, pick(0, 4), chance(40) ? pick(0, 3) : 0);
    if (chance(40)) view.capacity = {pick(1, 6) * 0.5, std::uint64_t(pick(1, 6)), pick(0, 2)};
    if (chance(50)) view.labels = {"a"};
    if (chance(20)) view.labels = {"a", "b"};
    view.draining = chance(15);
    placement_.set_worker(view);
    reference_.workers[id] = view;
  }

  void remove_worker(int id) {
    placement_.remove_worker(WorkerId{id});
    reference_.workers.erase(id);
  }

  void set_pool(const char* name) {
    const int slots = pick(0, 5);
    placement_.set_pool(name, slots);
    reference_.pools[name] = slots;
  }

  void toggle_pause() {
    reference_.paused = !reference_.paused;
    if (reference_.paused) {
      placement_.pause("a test");
    } else {
      placement_.resume();
    }
  }

  void add() {
    ReadyTask task = of_run(ready(next_++), pick(1, 3));
    task.since = {now_.us - pick(0, 20'000'000)};
    task.priority = pick(4, 6);
    task.slots = chance(70) ? 1 : pick(1, 4);
    if (chance(40)) task.pool = any_pool();
    if (chance(25))
      task.runs_on = chance(60) ? std::vector<std::string>{"a"}
                                : std::vector<std::string>{"a", "b"};
    if (chance(25)) task.resources = {pick(0, 4) * 0.5, std::uint64_t(pick(0, 4)), pick(0, 1)};
    if (task.run == RunId{3}) task.max_active_tasks = 2;
    if (past_ == Past::known && task.run != RunId{2}) {
      task.way = Duration(pick(0, 60'000'000));
      task.expected = Duration(pick(0, 200'000));
    }
    placement_.add_ready(task);
    reference_.add(task);
  }

  void remove_ready() {
    if (reference_.ready.empty()) return;
    const std::size_t at = random_() % reference_.ready.size();
    const ReadyTask& task = reference_.ready[at].task;
    EXPECT_TRUE(placement_.remove_ready(task.run, task.task));
    reference_.remove(at);
  }

  void end_one() {
    if (reference_.live.empty()) return;
    const std::size_t at = random_() % reference_.live.size();
    const ReadyTask& task = reference_.live[at].task;
    EXPECT_TRUE(placement_.release(task.run, task.task));
    reference_.live.erase(reference_.live.begin() + static_cast<std::ptrdiff_t>(at));
  }

  // Bounds may be exceeded only by what was granted before they shrank.
  void expect_bounds(const std::vector<Grant>& grants) {
    granted_ += grants.size();
    for (const Grant& grant : grants) {
      const auto one = std::find_if(reference_.live.begin(), reference_.live.end(), [&](auto& l) {
        return l.task.run == grant.run && l.task.task == grant.task;
      });
      ASSERT_NE(one, reference_.live.end());
      const ReadyTask& task = one->task;
      if (!task.pool.empty()) {
        ASSERT_LE(reference_.pool_use(task.pool), reference_.pools[task.pool]);
      }
      if (task.max_active_tasks > 0) {
        ASSERT_LE(reference_.run_use(task.run), task.max_active_tasks);
      }
      const WorkerView& view = reference_.workers.at(grant.worker.value);
      ASSERT_LE(reference_.use(view.id, ReferencePlacement::slots), view.slots + view.queue_ahead);
      if (task.resources.gpu > 0) {
        ASSERT_LE(reference_.use(view.id, ReferencePlacement::gpu), view.capacity.gpu);
      }
    }
  }

  // Whatever is still waiting waits for a reason that is not "it would have fitted".
  void expect_reasons() {
    for (const auto& [task, place] : reference_.ready) {
      const auto kind = placement_.why_waiting(task.run, task.task, now_).kind;
      ASSERT_NE(kind, Blocker::Kind::none) << task.task;
      ASSERT_NE(kind, Blocker::Kind::behind_others) << task.task;
    }
  }

  std::mt19937 random_;
  Past past_;
  BootTime now_{1'000'000'000};
  TaskIndex next_ = 1;
  std::size_t granted_ = 0;
  Placement placement_;
  ReferencePlacement reference_;
};

TEST(PlacementProperty, GrantsWhatThePlainReferenceGrants) {
  std::size_t granted = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, seed % 2 == 0 ? World::Past::known : World::Past::unknown);
    for (int step = 0; step < 150; ++step) {
      world.step();
      ASSERT_NO_FATAL_FAILURE(world.place_and_compare()) << "step " << step;
    }
    granted += world.granted();
  }
  EXPECT_GT(granted, 10'000u);  // the worlds are not empty
}

// More small tasks of every priority than the pool can serve; the big one still starts once its
// place in the order has come, those before it have been served and those that run have ended.
TEST(PlacementProperty, AStreamOfSmallTasksCannotStarveABigOne) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Placement placement;
    placement.set_pool("db", 4);
    placement.set_worker(worker(1, 16));
    const int priority = 1 + static_cast<int>(random() % 9);
    placement.add_ready(with_priority(in_pool(ready(0, 0), "db", 4), priority));
    const Duration share = (priority - 1) * kPriorityStep;  // its place in the order, in time
    std::map<TaskIndex, int> ends;
    const int longest = 20;
    int before = 0;  // tasks with an earlier place in the order
    const auto run_until_granted = [&] {
      TaskIndex next = 1;
      for (int second = 0; second < 20'000; ++second) {
        for (unsigned i = second < 5 ? 4 : random() % 2; i > 0; --i) {
          const int small = second < 5 ? 1 : 1 + static_cast<int>(random() % 9);
          if (std::chrono::seconds(second) + (small - 1) * kPriorityStep < share) ++before;
          placement.add_ready(with_priority(in_pool(ready(next++, second), "db"), small));
        }
        for (auto it = ends.begin(); it != ends.end();) {
          const bool over = it->second <= second;
          if (over) placement.release(RunId{1}, it->first);
          it = over ? ends.erase(it) : std::next(it);
        }
        for (const Grant& grant : placement.place(at(second))) {
          if (grant.task == 0) return second;
          ends[grant.task] = second + 1 + static_cast<int>(random() % longest);
        }
      }
      return INT32_MAX;
    };
    const int granted = run_until_granted();
    const int order_s = static_cast<int>(share / std::chrono::seconds(1));
    EXPECT_LE(granted, std::max(30, order_s) + (before / 4 + 2) * longest) << "of " << priority;
  }
}

TEST(PlacementProperty, EqualHistoriesGiveEqualGrants) {
  const auto history = [] {
    std::mt19937 random(7);
    Placement placement;
    for (int id = 1; id <= 3; ++id) placement.set_worker(worker(id, 3));
    std::string all;
    TaskIndex next = 0;
    for (int second = 0; second < 300; ++second) {
      for (unsigned i = random() % 4; i > 0; --i) placement.add_ready(ready(next++, second));
      for (const Grant& grant : placement.place(at(second))) {
        all += text({grant}) + ' ';
        if (random() % 3 != 0) placement.release(grant.run, grant.task);
      }
    }
    return all;
  };
  EXPECT_EQ(history(), history());
}

// Building the same state in another order (as a restart does) changes no decision.
TEST(PlacementProperty, TheOrderOfAddingDoesNotMatter) {
  std::mt19937 random(11);
  std::vector<ReadyTask> tasks;
  for (TaskIndex task = 0; task < 200; ++task) {
    ReadyTask one = with_priority(ready(task, static_cast<double>(random() % 50)),
                                  1 + static_cast<int>(random() % 9));
    if (random() % 3 == 0) one = in_pool(one, "db", 1 + static_cast<int>(random() % 3));
    if (random() % 2 == 0) one = with_way(one, static_cast<double>(random() % 100));
    tasks.push_back(one);
  }
  std::string first;
  for (int round = 0; round < 20; ++round) {
    Placement placement;
    placement.set_pool("db", 7);
    for (int id = 1; id <= 4; ++id) placement.set_worker(worker(id, 8));
    std::shuffle(tasks.begin(), tasks.end(), random);
    for (const ReadyTask& task : tasks) placement.add_ready(task);
    const std::string granted = text(placement.place(at(60)));
    if (round == 0) first = granted;
    EXPECT_EQ(granted, first);
  }
}

}  // namespace
}  // namespace tidemill::test
