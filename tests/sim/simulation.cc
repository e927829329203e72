#include "tests/sim/simulation.h"

#include "tests/sim/fake_worker.h"
#include "tests/sim/history.h"
#include "tests/sim/ideal.h"

namespace tidemill::sim {
namespace {

// Retries of every task of the longest chain, at their longest delays, end well before this.
constexpr std::int64_t kPatience = 3600 * kSecond;
constexpr std::int64_t kMostSteps = 3'000'000;

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : plan_(make_plan(options.seed)),
        random_(options.seed ^ 0x5eed),
        trace_(timeline_, options.verbose),
        network_(timeline_, random_.fork(), !plan_.has_faults),
        mirror_(plan_, trace_),
        ledger_(plan_, mirror_, trace_),
        scheduler_({timeline_, trace_, network_, mirror_, plan_}, random_.fork(),
                   options.sabotage) {
    for (std::size_t i = 0; i < plan_.workers.size(); ++i) {
      workers_.push_back(std::make_unique<FakeWorker>(
          i, plan_.workers[i], FakeWorker::World{timeline_, trace_, network_, ledger_, mirror_},
          random_.fork()));
      workers_.back()->set_scheduler_is_up([this] { return scheduler_.is_up(); });
    }
    network_.set_handlers({
        [this](LinkId link, const Message& m) { scheduler_.on_message(link, m); },
        [this](LinkId link) { scheduler_.on_link_end(link); },
        [this](std::size_t w, LinkId link, const Message& m) { workers_[w]->on_message(link, m); },
        [this](std::size_t w, LinkId link) { workers_[w]->on_link_end(link); },
    });
  }

  SimulationReport run(std::uint64_t seed) {
    trace_.line("seed {}", seed);
    scheduler_.start();
    for (auto& worker : workers_) worker->begin();
    for (std::size_t i = 0; i < plan_.runs.size(); ++i) plan_run(i);
    plan_faults();
    plan_people();
    timeline_.at(plan_.heal_at_us, [this] { heal(); });
    run_to_the_end();
    if (trace_.ok()) check_end();
    return {seed, trace_.problem(), trace_.hash(), trace_.lines(), scheduler_.commits()};
  }

 private:
  void plan_run(std::size_t i) {
    timeline_.at(plan_.runs[i].submit_at_us, [this, i] { submit(i); });
    if (plan_.runs[i].cancel_at_us == 0) return;
    timeline_.at(plan_.runs[i].cancel_at_us, [this, i] { cancel(i); });
  }

  // A client tries again until its run is there, and looks before it does.
  void submit(std::size_t i) {
    if (mirror_.submitted(i)) return;
    if (scheduler_.is_up()) scheduler_.submit(i);
    // Longer than any commit, so that a look finds what was committed.
    timeline_.after(3 * kSecond, [this, i] { submit(i); });
  }

  void cancel(std::size_t i) {
    const RunId run = mirror_.submitted(i);
    if (run && is_terminal(mirror_.find(run)->row.state)) return;
    if (run && mirror_.find(run)->row.cancelling) return;
    if (run && scheduler_.is_up()) scheduler_.cancel(run);
    timeline_.after(3 * kSecond, [this, i] { cancel(i); });
  }

  void plan_faults() {
    if (!plan_.has_faults) return;
    // Mostly while there is something to break.
    const auto when = [this] {
      if (random_.percent(25)) return random_.between(1, plan_.heal_at_us - 1);
      const auto run = static_cast<std::size_t>(random_.below(std::ssize(plan_.runs)));
      return plan_.runs[run].submit_at_us + random_.between(1, 3 * kSecond);
    };
    const auto worker = [this]() -> FakeWorker& {
      return *workers_[static_cast<std::size_t>(random_.below(std::ssize(workers_)))];
    };
    for (int i = 0; i < plan_.worker_losses; ++i) {
      FakeWorker& hit = worker();
      if (random_.percent(30)) {
        timeline_.at(when(), [this] { partition(); });
      } else if (random_.percent(50))
        timeline_.at(when(), [&hit] { hit.crash_supervisor(); });
      else
        timeline_.at(when(), [&hit] { hit.lose_power(); });
    }
    for (int i = 0; i < plan_.small_faults; ++i) {
      FakeWorker& hit = worker();
      const auto kind = random_.below(3);
      if (kind == 0) timeline_.at(when(), [&hit] { hit.crash_agent(); });
      if (kind == 1) timeline_.at(when(), [this] { cut_one(); });
      if (kind == 2) timeline_.at(when(), [this] { jump_clock(); });
    }
    for (int i = 0; i < plan_.scheduler_crashes / 3; ++i) {
      timeline_.at(when(), [this] { scheduler_.crash("at some moment"); });
    }
  }

  void plan_people() {
    for (int i = 0; i < plan_.people_acts; ++i) {
      const auto run = static_cast<std::size_t>(random_.below(std::ssize(plan_.runs)));
      const auto at = plan_.runs[run].submit_at_us + random_.between(1, 8 * kSecond);
      timeline_.at(at, [this, run] { act(run); });
    }
  }

  void act(std::size_t i) {
    const RunId run = mirror_.submitted(i);
    // What is cancelled may never end by itself, so it is not taken up again.
    if (run && scheduler_.is_up()) scheduler_.control(run, plan_.runs[i].cancel_at_us == 0);
  }

  // Somebody comes to look after what was forgotten.
  void resume_paused() {
    if (scheduler_.is_up()) {
      for (const auto& [id, run] : mirror_.runs()) {
        if (run.row.paused) scheduler_.resume(id);
      }
    }
    timeline_.after(3 * kSecond, [this] { resume_paused(); });
  }

  void cut_one() {
    const auto links = network_.open_links();
    if (links.empty()) return;
    const LinkId link = links[static_cast<std::size_t>(random_.below(std::ssize(links)))];
    trace_.line("connection {} is cut", link.value);
    network_.cut(link);
  }

  // Of one worker, in one direction or both; some are longer than a lease.
  void partition() {
    const auto worker = static_cast<std::size_t>(random_.below(std::ssize(workers_)));
    const std::int64_t end = timeline_.now_us() + random_.between(1, 150) * kSecond;
    const auto kind = random_.below(3);
    trace_.line("worker {} is cut off ({}) until {} us", worker, kind, end);
    if (kind != 1) network_.stall_up(worker, end);
    if (kind != 0) network_.stall_down(worker, end);
  }

  void jump_clock() {
    const std::int64_t day = 86'400 * kSecond;
    scheduler_.jump_clock(random_.percent(50) ? day : -day);
  }

  void heal() {
    trace_.line("everything is healed");
    healed_ = true;
    scheduler_.stop_crashing();
    network_.be_calm();
    resume_paused();
  }

  bool is_over() const {
    if (!healed_ || !scheduler_.is_idle()) return false;
    for (std::size_t i = 0; i < plan_.runs.size(); ++i) {
      if (!mirror_.submitted(i)) return false;
    }
    return std::all_of(workers_.begin(), workers_.end(),
                       [](const auto& worker) { return worker->is_empty(); });
  }

  void run_to_the_end() {
    for (std::int64_t step = 0; trace_.ok() && !is_over(); ++step) {
      if (timeline_.empty())
        return trace_.broken("I16 nothing will ever happen again: {}", stuck());
      if (timeline_.now_us() > plan_.heal_at_us + kPatience || step > kMostSteps) {
        return trace_.broken("I16 not everything ended: {}", stuck());
      }
      timeline_.step();
    }
  }

  std::string stuck() const {
    std::string text = scheduler_.describe();
    for (const auto& worker : workers_) text += "; " + worker->describe();
    for (const auto& [id, run] : mirror_.runs()) {
      if (is_terminal(run.row.state)) continue;
      text += fmt::format("; run {} {}:", id.value, to_word(run.row.state));
      for (const TaskRow& task : run.tasks) {
        if (!is_terminal(task.state) && task.state != TaskState::waiting) {
          text += fmt::format(" {}={}", task.task, to_word(task.state));
        }
      }
    }
    return text;
  }

  void check_end() {
    ledger_.check_end();
    auto reader = scheduler_.reader();
    if (!reader.ok()) return trace_.broken("P1 {}", reader.error().message);
    mirror_.compare(*reader);
    auto datasets = scheduler_.datasets();
    if (!datasets.ok()) return trace_.broken("P1 {}", datasets.error().message);
    mirror_.compare_updates(*datasets);
    for (const auto& [id, run] : mirror_.runs()) {
      check_run(id, run);
      const auto events = reader->events(id, 0, 1'000'000);
      if (!events.ok()) return trace_.broken("P1 {}", events.error().message);
      check_history(*mirror_.planned(run).dag, *events, run.tasks, trace_);
    }
  }

  void check_run(RunId id, const Mirror::MirrorRun& run) {
    if (!is_terminal(run.row.state)) trace_.broken("I16 run {} did not end", id.value);
    for (std::size_t i = 0; i < run.tasks.size(); ++i) {
      if (!is_terminal(run.tasks[i].state) && i < mirror_.planned(run).dag->task_count) {
        trace_.broken("I7 run {} ended with an open task {}", id.value, i);
      }
    }
    const PlannedDag& planned = mirror_.planned(run);
    if (planned.depends_on_order || run.row.cancelling || run.changed_by_hand) return;
    const Ideal ideal = ideal_run(planned, run.row.seed);
    if (run.row.state != ideal.state) {
      trace_.broken("run {} ended as {} and without faults as {}", id.value, to_word(run.row.state),
                    to_word(ideal.state));
    }
    for (std::size_t i = 0; i < run.tasks.size(); ++i) {
      if (run.tasks[i].state == ideal.tasks[i]) continue;
      trace_.broken("task {} of run {} ended as {} and without faults as {}", i, id.value,
                    to_word(run.tasks[i].state), to_word(ideal.tasks[i]));
    }
  }

  Plan plan_;
  Random random_;
  Timeline timeline_;
  Trace trace_;
  Network network_;
  Mirror mirror_;
  Ledger ledger_;
  FakeScheduler scheduler_;
  std::vector<std::unique_ptr<FakeWorker>> workers_;
  bool healed_ = false;
};

}  // namespace

SimulationReport simulate(const SimulationOptions& options) {
  return Simulation(options).run(options.seed);
}

}  // namespace tidemill::sim
