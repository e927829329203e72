#include "tests/sim/fake_worker.h"

namespace tidemill::sim {

void FakeWorker::connect_after(std::int64_t us) {
  if (std::exchange(connecting_, true)) return;
  world_.timeline.after(us, [this] {
    connecting_ = false;
    connect();
  });
}

void FakeWorker::connect() {
  if (!agent_is_up_ || link_) return;
  if (!scheduler_is_up_()) return connect_after(random_.between(1000, 200'000));
  link_ = world_.network.connect(index_);
  say_hello();
  beat(link_);
}

void FakeWorker::say_hello() {
  message::Hello hello;
  hello.worker = planned_.name;
  hello.boot_id = fmt::format("{}-boot-{}", planned_.name, boot_);
  hello.slots = planned_.slots;
  hello.labels = planned_.labels;
  for (const auto& [attempt, held] : held_) hello.attempts.push_back({attempt, held.stage});
  greeted_us_ = heard_us_ = world_.timeline.now_us();
  sent_.clear();
  world_.trace.line("{} says hello with {} attempts, boot {}", planned_.name, held_.size(), boot_);
  world_.network.up(link_, hello);
  for (const auto& [attempt, held] : held_) report(held);
}

// Ends are repeated until they are acknowledged; a start is told again too.
void FakeWorker::report(const Held& held) {
  if (!link_ || held.stage == Stage::queued) return;
  if (held.stage == Stage::running) {
    world_.network.up(link_, message::Started{held.start.attempt, held.pid, held.started_at});
  } else {
    world_.network.up(link_, message::Ended{held.start.attempt, held.outcome});
  }
}

void FakeWorker::on_message(LinkId link, const Message& message) {
  if (link != link_) return;
  heard_us_ = world_.timeline.now_us();
  if (const auto* welcome = std::get_if<message::Welcome>(&message)) return on_welcome(*welcome);
  if (const auto* renewed = std::get_if<message::Renewed>(&message)) return on_renewed(*renewed);
  if (const auto* start = std::get_if<message::Start>(&message)) return on_start(*start);
  if (const auto* stop = std::get_if<message::Stop>(&message)) return on_stop(*stop);
  if (const auto* done = std::get_if<message::Acknowledge>(&message)) {
    for (const AttemptId attempt : done->attempts) {
      const auto found = held_.find(attempt);
      if (found != held_.end() && found->second.stage == Stage::ended) held_.erase(found);
    }
    return;
  }
  world_.trace.broken("{} got a message that no scheduler sends", planned_.name);
}

void FakeWorker::on_welcome(const message::Welcome& welcome) {
  if (welcome.epoch < epoch_) {
    world_.trace.broken("I10 epoch went from {} to {}", epoch_, welcome.epoch);
  }
  epoch_ = welcome.epoch;
  lease_us_ = welcome.lease.count();
  renew_lease(greeted_us_);
}

void FakeWorker::renew_lease(std::int64_t from_us) {
  lease_end_us_ = lease_us_ == 0 ? INT64_MAX : from_us + lease_us_;
}

void FakeWorker::on_renewed(const message::Renewed& renewed) {
  const auto sent = sent_.find(renewed.sequence);
  if (sent != sent_.end()) renew_lease(sent->second);
}

void FakeWorker::beat(LinkId link) {
  if (link != link_ || !agent_is_up_) return;
  if (world_.timeline.now_us() - heard_us_ > 30'000'000) {
    world_.trace.line("{} connects anew after silence", planned_.name);
    drop_connection();
    return connect_after(random_.between(100, 50'000));
  }
  sent_[++beats_] = world_.timeline.now_us();
  world_.network.up(link, message::Heartbeat{beats_});
  world_.timeline.after(10'000'000, [this, link] { beat(link); });
}

// The supervisor's part: it works whether or not there is an agent.
void FakeWorker::enforce_lease() {
  world_.timeline.after(1'000'000, [this] { enforce_lease(); });
  end_at_lease_end();
}

void FakeWorker::end_at_lease_end() {
  if (world_.timeline.now_us() < lease_end_us_ - 2'000'000) return;
  for (auto& [attempt, held] : held_) {
    // Its end may come to the scheduler too late now.
    if (held.stage == Stage::ended && held.pid != 0) world_.ledger.on_record_lost(attempt);
    if (held.stage != Stage::ended) kill(attempt, Cause::lost, "the lease ended");
  }
}

void FakeWorker::on_start(const message::Start& start) {
  if (held_.contains(start.attempt)) return;
  Held& held = held_[start.attempt];
  held.start = start;
  held.order = ++counter_;
  fill_slots();
}

void FakeWorker::fill_slots() {
  end_at_lease_end();
  while (true) {
    int used = 0;
    Held* next = nullptr;
    for (auto& [attempt, held] : held_) {
      if (held.stage == Stage::running) used += held.start.slots;
      if (held.stage != Stage::queued) continue;
      const bool goes_first = next == nullptr || std::pair(held.start.priority, held.order) <
                                                     std::pair(next->start.priority, next->order);
      if (goes_first) next = &held;
    }
    if (next == nullptr || used + next->start.slots > planned_.slots) return;
    exec(*next);
  }
}

void FakeWorker::exec(Held& held) {
  const AttemptId attempt = held.start.attempt;
  held.stage = Stage::running;
  held.generation = ++counter_;
  held.started_at = wall();
  held.pid = static_cast<std::int64_t>(counter_);
  world_.ledger.on_exec(attempt, planned_.name, planned_.slots);
  if (!world_.trace.ok()) return;
  const Mirror::Granted& granted = *world_.mirror.grant_of(attempt);
  const auto& planned = world_.mirror.planned(*world_.mirror.find(granted.run));
  const Behaviour& behaviour = planned.behaviours[granted.task];
  world_.timeline.after(
      random_.between(behaviour.least_us, behaviour.most_us),
      [this, attempt, generation = held.generation] { process_ends(attempt, generation); });
  report(held);
}

void FakeWorker::process_ends(AttemptId attempt, std::uint64_t generation) {
  const auto found = held_.find(attempt);
  if (found == held_.end() || found->second.generation != generation ||
      found->second.stage != Stage::running) {
    return;
  }
  const Mirror::Granted& granted = *world_.mirror.grant_of(attempt);
  const Mirror::MirrorRun& run = *world_.mirror.find(granted.run);
  const std::uint32_t recorded = granted.number - 1 - run.tasks[granted.task].losses;
  Outcome outcome = outcome_of(world_.mirror.planned(run).behaviours[granted.task], recorded);
  world_.ledger.on_end(attempt, outcome);
  record_end(found->second, std::move(outcome));
  fill_slots();
}

void FakeWorker::record_end(Held& held, Outcome outcome) {
  outcome.started_at = held.started_at;
  outcome.ended_at = wall();
  held.outcome = std::move(outcome);
  held.stage = Stage::ended;
  report(held);
}

void FakeWorker::kill(AttemptId attempt, Cause cause, const std::string& message) {
  Held& held = held_.at(attempt);
  if (held.stage == Stage::ended) return;
  if (held.stage == Stage::running) world_.ledger.on_killed(attempt);
  Outcome outcome;
  outcome.cause = cause;
  outcome.message = message;
  record_end(held, std::move(outcome));
}

void FakeWorker::on_stop(const message::Stop& stop) {
  const auto found = held_.find(stop.attempt);
  if (found == held_.end() || found->second.stage == Stage::ended) return;
  world_.trace.line("{} stops {}", planned_.name, stop.attempt.value);
  const bool at_once = stop.force || found->second.stage == Stage::queued;
  const auto generation = found->second.generation;
  world_.timeline.after(at_once ? 0 : random_.between(100, 500'000),
                        [this, attempt = stop.attempt, why = stop.why, generation] {
                          const auto held = held_.find(attempt);
                          if (held == held_.end() || held->second.stage == Stage::ended) return;
                          if (generation != 0 && held->second.generation != generation) return;
                          kill(attempt, why, "stopped");
                          fill_slots();
                        });
}

void FakeWorker::drop_connection() {
  if (link_) world_.network.cut(link_);
  link_ = {};
}

void FakeWorker::on_link_end(LinkId link) {
  if (link != link_) return;
  link_ = {};
  connect_after(random_.between(100, 50'000));
}

void FakeWorker::crash_agent() {
  world_.trace.line("{}: agent killed", planned_.name);
  drop_connection();
  agent_is_up_ = false;
  world_.timeline.after(random_.between(1000, 2'000'000), [this] {
    agent_is_up_ = true;
    connect();
  });
}

void FakeWorker::crash_supervisor() {
  world_.trace.line("{}: supervisor killed", planned_.name);
  drop_connection();
  std::vector<AttemptId> queued;
  for (auto& [attempt, held] : held_) {
    if (held.stage == Stage::running) kill(attempt, Cause::lost, "the supervisor died");
    if (held.stage == Stage::queued) queued.push_back(attempt);
  }
  for (const AttemptId attempt : queued) held_.erase(attempt);
  connect_after(random_.between(1000, 500'000));
}

void FakeWorker::lose_power() {
  world_.trace.line("{}: host loses power", planned_.name);
  drop_connection();
  ++boot_;
  skew_us_ = random_.between(-1000, 1000);
  std::vector<AttemptId> forgotten;
  for (auto& [attempt, held] : held_) {
    if (held.stage == Stage::running) world_.ledger.on_killed(attempt);
    // Ends are synced in groups: the last ones may not have reached the disk.
    const bool unsynced = held.stage == Stage::ended && random_.percent(30);
    if (unsynced && held.started_at != WallTime{}) world_.ledger.on_record_lost(attempt);
    if (held.stage != Stage::ended || unsynced) forgotten.push_back(attempt);
  }
  for (const AttemptId attempt : forgotten) held_.erase(attempt);
  agent_is_up_ = false;
  world_.timeline.after(random_.between(10'000, 5'000'000), [this] {
    agent_is_up_ = true;
    connect();
  });
}

std::string FakeWorker::describe() const {
  std::string text = fmt::format("{} link {}:", planned_.name, link_.value);
  for (const auto& [attempt, held] : held_) {
    text += fmt::format(" {}={}", attempt.value, static_cast<int>(held.stage));
  }
  return text;
}

}  // namespace tidemill::sim
