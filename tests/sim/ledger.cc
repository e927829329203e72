#include "tests/sim/ledger.h"

namespace tidemill::sim {

void Ledger::on_exec(AttemptId attempt, const std::string& worker, int slots_of_worker) {
  const Mirror::Granted* granted = mirror_.grant_of(attempt);
  if (granted == nullptr) {
    return trace_.broken("I4 attempt {} was started before its grant was committed", attempt.value);
  }
  trace_.line("exec {} ({}:{}) on {}", attempt.value, granted->run.value, granted->task, worker);
  if (entries_.contains(attempt)) {
    return trace_.broken("I1 attempt {} was started twice", attempt.value);
  }
  for (const auto& [other, entry] : entries_) {
    if (entry.running && entry.run == granted->run && entry.task == granted->task) {
      trace_.broken("I2 attempts {} and {} of task {} of run {} run at once", other.value,
                    attempt.value, granted->task, granted->run.value);
    }
  }
  if (granted->ended) {
    trace_.broken("I4 attempt {} was started after its end was recorded", attempt.value);
  }
  LedgerEntry entry;
  entry.run = granted->run;
  entry.task = granted->task;
  entry.worker = worker;
  entries_[attempt] = entry;
  const Mirror::MirrorRun& run = *mirror_.find(granted->run);
  check_upstreams(run, granted->task);
  check_capacity(worker, slots_of_worker, run);
}

void Ledger::check_upstreams(const Mirror::MirrorRun& run, TaskIndex task) {
  const Dag& dag = *mirror_.planned(run).dag;
  const TaskSpec& spec = dag.tasks[task];
  // It was cleared together with them, and its stop is on the way.
  if (run.tasks[task].on_stop) return;
  for (const TaskIndex upstream : spec.upstream) {
    const TaskState state = run.tasks[upstream].state;
    const bool needs_success = spec.trigger_rule == TriggerRule::all_success;
    const bool needs_end = needs_success || spec.trigger_rule == TriggerRule::all_done ||
                           spec.trigger_rule == TriggerRule::none_failed;
    if ((needs_success && state != TaskState::succeeded) || (needs_end && !is_terminal(state))) {
      trace_.broken("I5 task {} of run {} was started while its upstream {} is committed as {}",
                    task, run.row.id.value, upstream, to_word(state));
    }
  }
}

void Ledger::check_capacity(const std::string& worker, int slots, const Mirror::MirrorRun& run) {
  const Dag& dag = *mirror_.planned(run).dag;
  int used = 0;
  std::map<std::string, int> pools;
  int active = 0;
  for (const auto& [attempt, entry] : entries_) {
    if (!entry.running) continue;
    const TaskSpec& spec = mirror_.planned(*mirror_.find(entry.run)).dag->tasks[entry.task];
    if (entry.worker == worker) used += spec.slots;
    if (entry.run != run.row.id) continue;
    ++active;
    if (!spec.pool.empty()) pools[spec.pool] += spec.slots;
  }
  if (used > slots) trace_.broken("I15 worker {} runs {} of {} slots", worker, used, slots);
  for (const PoolSpec& pool : dag.pools) {
    if (pools[pool.name] > pool.slots) {
      trace_.broken("I15 pool {} of run {} has {} of {} slots in use", pool.name, run.row.id.value,
                    pools[pool.name], pool.slots);
    }
  }
  if (dag.max_active_tasks > 0 && active > dag.max_active_tasks) {
    trace_.broken("I15 run {} has {} active tasks of {}", run.row.id.value, active,
                  dag.max_active_tasks);
  }
}

void Ledger::on_end(AttemptId attempt, const Outcome& outcome) {
  LedgerEntry& entry = entries_.at(attempt);
  CHECK(entry.running);
  entry.running = false;
  entry.natural = true;
  entry.outcome = outcome;
  trace_.line("exit {} code {} signal {}", attempt.value, outcome.exit_code, outcome.signal);
}

void Ledger::on_killed(AttemptId attempt) {
  LedgerEntry& entry = entries_.at(attempt);
  CHECK(entry.running);
  entry.running = false;
  trace_.line("killed {}", attempt.value);
}

void Ledger::on_record_lost(AttemptId attempt) { entries_.at(attempt).record_lost = true; }

void Ledger::check_end() const {
  for (const auto& [attempt, entry] : entries_) {
    if (entry.running) trace_.broken("I12 attempt {} still runs at the end", attempt.value);
    const auto& attempts = mirror_.find(entry.run)->attempts;
    const auto row = std::find_if(attempts.begin(), attempts.end(),
                                  [&](const AttemptRow& a) { return a.attempt == attempt; });
    if (row == attempts.end()) {
      trace_.broken("I12 attempt {} was started and its end is not recorded", attempt.value);
      continue;
    }
    if (!entry.natural || entry.record_lost) continue;
    if (row->cause == Cause::lost) {
      trace_.broken("P5 attempt {} ended by itself and is recorded as lost", attempt.value);
    }
    if (row->exit_code != entry.outcome.exit_code || row->signal != entry.outcome.signal) {
      trace_.broken("I4 attempt {} ended with {}/{} and is recorded with {}/{}", attempt.value,
                    entry.outcome.exit_code, entry.outcome.signal, row->exit_code, row->signal);
    }
  }
}

}  // namespace tidemill::sim
