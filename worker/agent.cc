#include "worker/agent.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <unordered_map>

#include "base/fault_point.h"
#include "base/text.h"
#include "protocol/agent_exit.h"
#include "protocol/worker_proof.h"
#include "worker/agent_setup.h"
#include "worker/attempt_desk.h"
#include "worker/cgroup.h"
#include "worker/epoch_file.h"
#include "worker/ferry.h"
#include "worker/lock_file.h"
#include "worker/process_table.h"
#include "worker/scheduler_link.h"
#include "worker/supervisor_link.h"

namespace tidemill {
namespace {

using Stage = HeldByAgent::Stage;

constexpr Duration kConnectPause = std::chrono::milliseconds(50);
// Right after a start or a loss the other side is about to appear.
constexpr Duration kEagerPause = std::chrono::milliseconds(2);
constexpr Duration kEager = std::chrono::milliseconds(500);
constexpr Duration kProgressPause = std::chrono::seconds(1);
constexpr Duration kCarryPause = std::chrono::milliseconds(200);  // while logs grow

// Between tries to reach a scheduler elsewhere.
constexpr Duration kRemotePause = std::chrono::seconds(1);
// For the first word of a scheduler elsewhere, TLS and all.
constexpr Duration kGreetingPatience = std::chrono::seconds(10);

// The scheduler misses a worker after three of its beats or half a lease, so they are not further
// apart.
Duration beat_of(Duration lease) { return std::min<Duration>(lease / 6, std::chrono::seconds(10)); }

class Agent {
 public:
  Agent(const AgentOptions& options, Fd signals)
      : options_(options),
        desk_(options),
        ferry_(options.data_directory, desk_.objects(), desk_.files(),
               [this](const Message& message) { tell_scheduler(message); }),
        supervisor_(options.worker_directory, options.supervisor_command),
        signals_(std::move(signals)),
        slots_(options.slots),
        epoch_(options.worker_directory + "/epoch") {}

  Status start();
  Result<int> run();

 private:
  // The loop.
  void wait();
  int wait_ms() const;
  Duration connect_pause() const;
  Error nobody_there() const;
  void connect();
  void flush();
  void tail_progress();

  // From the scheduler.
  bool is_remote() const { return options_.scheduler.is_remote(); }
  void receive_from_scheduler();
  void on_scheduler(Message& message);
  void on_challenge(const message::Challenge& challenge);
  void on_welcome(const message::Welcome& welcome);
  void on_renewed(const message::Renewed& renewed);
  void renew_lease(BootTime from);
  void look_for_silence();
  void on_start(message::Start& start);
  void prepare(const message::Start& start);
  void on_prepared(AttemptId id, Result<message::Spawn> spawn);
  void on_stop(const message::Stop& stop);
  void on_acknowledge(const message::Acknowledge& acknowledge);
  void drop_scheduler(const std::string& reason);

  // From the supervisor.
  void receive_from_supervisor();
  void on_supervisor(Message& message);
  void on_inventory(const message::Inventory& inventory);
  void on_spawned(const message::Spawned& spawned);
  void on_exited(message::ExitRecord& record);
  void drop_supervisor();

  void say_hello();
  void end(AttemptId id, HeldByAgent& held, Outcome outcome);
  void report_end(AttemptId id, HeldByAgent& held, Outcome outcome);
  void end_unstarted(AttemptId id, HeldByAgent& held, Cause cause, const std::string& reason);
  void end_stopped_unstarted(AttemptId id, HeldByAgent& held);
  void tell_scheduler(const Message& message);
  void tell_supervisor(const Message& message);

  const AgentOptions options_;
  AttemptDesk desk_;
  SchedulerLink scheduler_;
  Ferry ferry_;  // of use when the scheduler is elsewhere
  SupervisorLink supervisor_;
  Fd signals_;
  std::unordered_map<AttemptId, HeldByAgent> held_;
  int slots_;
  EpochFile epoch_;
  std::string boot_id_ = read_boot_id();
  bool inventoried_ = false;  // the supervisor has told what it holds
  bool adopted_ = false;      // for the first time
  bool greeted_ = false;      // Hello is sent on this connection
  bool welcome_ = false;
  bool carries_ = false;  // files are on their way to the scheduler
  bool draining_ = false, shutting_down_ = false, interrupted_ = false;
  Duration lease_{};       // as the scheduler says; 0 = none
  BootTime greeted_at_{};  // when Hello was sent
  BootTime lease_from_{};  // the sending of the last thing that the scheduler answered
  std::string refusal_;    // why the scheduler was dropped last, since it was obeyed
  BootTime scheduler_seen_{};
  BootTime eager_since_ = system_now().boot;
  BootTime next_connect_{}, next_progress_{};
};

Status Agent::start() {
  TRY(desk_.open());
  scheduler_seen_ = system_now().boot;
  return epoch_.load();
}

// The loop ---------------------------------------------------------------------------------------

Result<int> Agent::run() {
  while (!interrupted_) {
    connect();
    flush();
    if (shutting_down_ && held_.empty()) {
      tell_supervisor(message::Leave{});
      flush();
      return 0;
    }
    const bool gives_up = !is_remote() || !inventoried_;
    if (gives_up && !scheduler_.open() && system_now().boot - scheduler_seen_ >= options_.lease) {
      return nobody_there();
    }
    wait();
    look_for_silence();
    tail_progress();
    if (is_remote() && welcome_) carries_ = ferry_.work();
    if (is_remote()) ferry_.trim(options_.cache);
  }
  return 0;
}

Error Agent::nobody_there() const {
  const std::string lease = format_duration(options_.lease);
  if (!inventoried_) {
    const std::string said = supervisor_.said();
    return unavailable(fmt::format("its supervisor did not come up for {}: {}", lease,
                                   said.empty() ? "it said nothing" : said));
  }
  return unavailable(
      fmt::format("no scheduler at {} for {}; running tasks go on, start the worker again to "
                  "report them",
                  options_.scheduler.shown(), lease));
}

int Agent::wait_ms() const {
  const bool connecting = !scheduler_.open() ||
                          !const_cast<SupervisorLink&>(supervisor_).channel().open();
  const Duration wait = connecting ? connect_pause() : carries_ ? kCarryPause : kProgressPause;
  return static_cast<int>(wait.count() / 1000);
}

Duration Agent::connect_pause() const {
  if (is_remote() && inventoried_) return kRemotePause;
  return system_now().boot - eager_since_ < kEager ? kEagerPause : kConnectPause;
}

void Agent::wait() {
  Channel& channel = supervisor_.channel();
  const auto write = [](bool wanted) {
    return static_cast<short>(POLLIN | (wanted ? POLLOUT : 0));
  };
  std::array<pollfd, 5> fds = {{{signals_.get(), POLLIN, 0},
                                {desk_.files().fd(), POLLIN, 0},
                                {desk_.cleaning().fd(), POLLIN, 0},
                                {channel.fd(), write(channel.wants_write()), 0},
                                {scheduler_.fd(), write(scheduler_.wants_write()), 0}}};
  if (::poll(fds.data(), fds.size(), wait_ms()) <= 0) return;
  if (fds[0].revents != 0) {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) > 0) {
      interrupted_ = interrupted_ || info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
    }
  }
  if (fds[1].revents != 0) desk_.files().finish();
  if (fds[2].revents != 0) desk_.cleaning().finish();
  if (fds[3].revents != 0) receive_from_supervisor();
  if (fds[4].revents != 0) receive_from_scheduler();
}

void Agent::connect() {
  const bool complete = scheduler_.open() && supervisor_.channel().open();
  const BootTime now = system_now().boot;
  if (complete || now < next_connect_) return;
  next_connect_ = now + connect_pause();
  // A supervisor that cannot be started shows in its log; the lease bounds how long we try.
  if (!supervisor_.channel().open()) (void)supervisor_.connect(slots_);
  if (!inventoried_ || scheduler_.open()) return;
  const Status connected = scheduler_.connect(options_.scheduler);
  if (!connected.ok()) {
    if (is_remote()) drop_scheduler(connected.error().message);
    return;
  }
  scheduler_seen_ = now;
  // One elsewhere asks for a proof first.
  if (!is_remote()) say_hello();
}

void Agent::flush() {
  if (supervisor_.channel().open() && !supervisor_.channel().flush().ok()) drop_supervisor();
  if (scheduler_.open() && !scheduler_.flush().ok()) drop_scheduler("");
}

void Agent::tail_progress() {
  const BootTime now = system_now().boot;
  if (!welcome_ || now < next_progress_) return;
  next_progress_ = now + kProgressPause;
  for (auto& [id, held] : held_) {
    if (held.stage != Stage::running) continue;
    const auto progress = desk_.read_progress(held, held.last_progress);
    if (progress) tell_scheduler(message::Progress{id, progress->fraction, progress->text});
  }
}

void Agent::tell_scheduler(const Message& message) {
  if (welcome_) scheduler_.send(message);
}

void Agent::tell_supervisor(const Message& message) {
  if (inventoried_) supervisor_.channel().send(message);
}

// Scheduler --------------------------------------------------------------------------------------

void Agent::say_hello() {
  greeted_at_ = system_now().boot;
  message::Hello hello;
  hello.worker = options_.name;
  hello.boot_id = boot_id_;
  hello.slots = options_.slots;
  hello.labels = options_.labels;
  hello.build = options_.build;
  hello.capacity = options_.capacity;
  for (const auto& [id, held] : held_) hello.attempts.push_back({id, known_stage(held.stage)});
  scheduler_.send(hello);
}

void Agent::receive_from_scheduler() {
  if (!scheduler_.open()) return;
  auto messages = scheduler_.receive();
  if (!messages.ok()) {
    const bool is_news = is_remote() || messages.error().code == ErrorCode::corrupt;
    return drop_scheduler(is_news ? messages.error().message : "");
  }
  scheduler_seen_ = system_now().boot;
  for (Message& message : *messages) {
    if (scheduler_.open()) on_scheduler(message);
  }
}

void Agent::on_scheduler(Message& message) {
  if (auto* welcome = std::get_if<message::Welcome>(&message)) return on_welcome(*welcome);
  if (auto* refused = std::get_if<message::Refused>(&message)) {
    return drop_scheduler("the scheduler refused this worker: " + printable(refused->why, 300));
  }
  if (auto* challenge = std::get_if<message::Challenge>(&message)) return on_challenge(*challenge);
  if (!welcome_) return drop_scheduler("the scheduler spoke before its Welcome");
  if (auto* start = std::get_if<message::Start>(&message)) return on_start(*start);
  if (auto* stop = std::get_if<message::Stop>(&message)) return on_stop(*stop);
  if (auto* acknowledge = std::get_if<message::Acknowledge>(&message))
    return on_acknowledge(*acknowledge);
  if (auto* renewed = std::get_if<message::Renewed>(&message)) return on_renewed(*renewed);
  if (auto* received = std::get_if<message::Received>(&message))
    return ferry_.on_received(*received);
  if (auto* piece = std::get_if<message::Piece>(&message)) return ferry_.on_piece(*piece);
  if (std::holds_alternative<message::Drain>(message)) {
    draining_ = true;
  } else if (std::holds_alternative<message::Shutdown>(message)) {
    draining_ = shutting_down_ = true;
  } else {
    drop_scheduler("the scheduler sent a message that is not for workers");
  }
}

// The proof is of use on this connection alone, so that even the wrong scheduler learns nothing.
void Agent::on_challenge(const message::Challenge& challenge) {
  if (challenge.version != message::kProtocolVersion) {
    return drop_scheduler(
        fmt::format("the scheduler speaks protocol {}, this worker {}; install the same version "
                    "on both",
                    challenge.version, message::kProtocolVersion));
  }
  const auto binding = scheduler_.binding();
  if (!is_remote() || !binding.ok()) return drop_scheduler("a proof was asked for without TLS");
  scheduler_.send(make_proof(options_.scheduler.token, {challenge.nonce, *binding}, options_.name));
  say_hello();
}

void Agent::on_welcome(const message::Welcome& welcome) {
  if (welcome.version != message::kProtocolVersion) {
    return drop_scheduler(
        fmt::format("the scheduler speaks protocol {}, this worker {}; install the same "
                    "version on both",
                    welcome.version, message::kProtocolVersion));
  }
  if (const Status accepted = epoch_.accept(welcome.epoch); !accepted.ok()) {
    return drop_scheduler(accepted.error().message);
  }
  welcome_ = true;
  refusal_.clear();
  lease_ = welcome.lease;
  renew_lease(greeted_at_);
  const int slots = welcome.slots > 0 ? welcome.slots : options_.slots;
  if (slots != slots_) {
    slots_ = slots;
    supervisor_.close();
    drop_supervisor();
  }
  ferry_.reconnected();
  scheduler_.start_heartbeats(beat_of(lease_.count() > 0 ? lease_ : options_.lease));
  for (const auto& [id, held] : held_) {
    if (held.spawned) tell_scheduler(message::Started{id, held.spawned->pid, held.spawned->at});
    if (held.ended) tell_scheduler(*held.ended);
  }
}

void Agent::on_renewed(const message::Renewed& renewed) {
  if (const auto from = scheduler_.sent_at(renewed.sequence)) renew_lease(*from);
}

// The supervisor enforces it, which neither our death nor a stopped agent keeps from doing so. What
// runs has a sixth of the lease to end by itself, and the rest is for clocks that differ.
void Agent::renew_lease(BootTime from) {
  lease_from_ = from;
  message::Lease lease;
  if (lease_.count() > 0) {
    lease.kill_at = from + lease_ - lease_ / 12;
    lease.stop_at = lease.kill_at - lease_ / 6;
  }
  tell_supervisor(lease);
}

// A connection may look alive for many minutes after the network went away.
void Agent::look_for_silence() {
  if (!scheduler_.open() || !is_remote()) return;
  const Duration silence = system_now().boot - scheduler_seen_;
  if (silence < (welcome_ ? 3 * beat_of(lease_) : kGreetingPatience)) return;
  drop_scheduler(
      fmt::format("the scheduler was not heard for {}; connecting anew", format_duration(silence)));
}

void Agent::on_start(message::Start& start) {
  const AttemptId id = start.attempt;
  if (held_.contains(id)) return;
  fault_point("FP7");
  HeldByAgent& held = held_[id];
  if (draining_)
    return end_unstarted(id, held, Cause::lost,
                         "the worker is being drained and starts nothing new");
  if (!is_remote() || start.inputs.empty()) return prepare(start);
  ferry_.fetch(id, start.inputs, [this, start](const Status& here) {
    if (here.ok()) return prepare(start);
    on_prepared(start.attempt, here.error().context("cannot bring an input here"));
  });
}

void Agent::prepare(const message::Start& start) {
  const AttemptId id = start.attempt;
  desk_.prepare(start, held_.at(id),
                [this, id](Result<message::Spawn> spawn) { on_prepared(id, std::move(spawn)); });
}

void Agent::on_prepared(AttemptId id, Result<message::Spawn> spawn) {
  HeldByAgent& held = held_.at(id);
  if (!spawn.ok()) return end_unstarted(id, held, Cause::lost, spawn.error().message);
  if (held.stop) return end_stopped_unstarted(id, held);
  held.stage = Stage::handed_on;
  held.spawn = std::move(spawn).value();
  tell_supervisor(*held.spawn);
}

void Agent::on_stop(const message::Stop& stop) {
  const auto found = held_.find(stop.attempt);
  if (found == held_.end()) return;
  found->second.stop = stop;
  tell_supervisor(message::Kill{stop.attempt, stop.why, stop.force});
}

void Agent::on_acknowledge(const message::Acknowledge& acknowledge) {
  fault_point("FP16");
  message::Forget forget;
  for (const AttemptId id : acknowledge.attempts) {
    const auto found = held_.find(id);
    if (found == held_.end() || found->second.stage != Stage::ended) continue;
    desk_.release(found->second);
    if (is_remote() && found->second.note.run.value > 0) {
      ferry_.discard_log(id, found->second.note.run);
    }
    held_.erase(found);
    forget.attempts.push_back(id);
  }
  if (!forget.attempts.empty()) tell_supervisor(forget);
}

void Agent::drop_scheduler(const std::string& reason) {
  // Said once, not at each of the tries that end so.
  if (!reason.empty() && reason != std::exchange(refusal_, reason)) {
    fmt::print(stderr, "tidemill worker {}: {}\n", options_.name, reason);
  }
  scheduler_.close();
  welcome_ = false;
  // One that was refused is not tried again in haste.
  if (reason.empty()) eager_since_ = system_now().boot;
}

// Supervisor -------------------------------------------------------------------------------------

void Agent::receive_from_supervisor() {
  if (!supervisor_.channel().open()) return;
  auto messages = supervisor_.channel().receive();
  if (!messages.ok()) return drop_supervisor();
  for (Message& message : *messages) on_supervisor(message);
}

void Agent::drop_supervisor() {
  supervisor_.close();
  inventoried_ = false;
  next_connect_ = {};
  eager_since_ = system_now().boot;
}

void Agent::on_supervisor(Message& message) {
  if (auto* inventory = std::get_if<message::Inventory>(&message)) return on_inventory(*inventory);
  if (auto* spawned = std::get_if<message::Spawned>(&message)) return on_spawned(*spawned);
  if (auto* exited = std::get_if<message::Exited>(&message)) return on_exited(exited->record);
  drop_supervisor();
}

// What the supervisor holds and we do not is from an agent before us. What we handed on and it does
// not hold never began: it is handed on again.
void Agent::on_inventory(const message::Inventory& inventory) {
  inventoried_ = true;
  if (lease_.count() > 0) renew_lease(lease_from_);
  std::unordered_map<AttemptId, bool> known;
  for (const message::HeldAttempt& theirs : inventory.attempts) {
    const AttemptId id = theirs.known.attempt;
    known[id] = true;
    if (held_.contains(id)) continue;
    HeldByAgent& held = held_[id];
    held.stage = Stage::handed_on;
    for (const std::string& secret : theirs.masks) held.masks.add(secret);
    if (auto note = decode_note(theirs.note)) {
      held.note = std::move(*note);
      held.has_folders = true;
      desk_.adopt(held);
    }
  }
  if (!std::exchange(adopted_, true)) desk_.clean_unused();
  std::vector<AttemptId> missing;
  for (auto& [id, held] : held_) {
    if (known.contains(id)) continue;
    if (held.stage == Stage::handed_on && held.spawn) {
      if (held.stop) {
        end_stopped_unstarted(id, held);
      } else {
        tell_supervisor(*held.spawn);
      }
    }
    if (held.stage == Stage::running) missing.push_back(id);
  }
  for (const AttemptId id : missing) {
    end_unstarted(id, held_.at(id), Cause::lost,
                  "the worker's supervisor does not know of it any more");
  }
}

void Agent::on_spawned(const message::Spawned& spawned) {
  const auto found = held_.find(spawned.attempt);
  if (found == held_.end()) return;
  HeldByAgent& held = found->second;
  held.spawn.reset();
  const bool news = !held.spawned;
  held.spawned = spawned;
  if (held.stage == Stage::handed_on) held.stage = Stage::running;
  if (is_remote() && held.note.run.value > 0) ferry_.follow_log(spawned.attempt, held.note.run);
  if (news) tell_scheduler(message::Started{spawned.attempt, spawned.pid, spawned.at});
  // A Stop that came while the supervisor was away.
  if (news && held.stop)
    tell_supervisor(message::Kill{spawned.attempt, held.stop->why, held.stop->force});
}

void Agent::on_exited(message::ExitRecord& record) {
  const AttemptId id = record.attempt;
  const auto found = held_.find(id);
  if (found == held_.end()) {
    // Acknowledged, but the supervisor did not hear of it.
    return tell_supervisor(message::Forget{{id}});
  }
  HeldByAgent& held = found->second;
  if (held.stage == Stage::collecting || held.stage == Stage::ended) return;
  held.spawn.reset();
  held.stage = Stage::collecting;
  desk_.collect(held, record,
                [this, id](Outcome outcome) { end(id, held_.at(id), std::move(outcome)); });
}

// A scheduler elsewhere gets the log and the artifacts first, so that whoever hears of the end
// finds them there.
void Agent::end(AttemptId id, HeldByAgent& held, Outcome outcome) {
  if (!is_remote() || held.note.run.value == 0) return report_end(id, held, std::move(outcome));
  held.stage = Stage::collecting;
  const auto artifacts = outcome.result.artifacts;
  ferry_.finish(id, held.note.run, artifacts, [this, id, outcome](const Status& carried) mutable {
    if (!carried.ok()) {
      outcome.result.artifacts.clear();
      outcome.message = "an artifact could not be sent to the scheduler: " +
                        carried.error().message;
    }
    report_end(id, held_.at(id), std::move(outcome));
  });
}

void Agent::report_end(AttemptId id, HeldByAgent& held, Outcome outcome) {
  held.stage = Stage::ended;
  held.spawn.reset();
  held.ended = message::Ended{id, std::move(outcome)};
  tell_scheduler(*held.ended);
}

void Agent::end_unstarted(AttemptId id, HeldByAgent& held, Cause cause, const std::string& reason) {
  Outcome outcome;
  outcome.cause = cause;
  outcome.message = reason;
  outcome.ended_at = system_now().wall;
  if (held.spawned) outcome.started_at = held.spawned->at;
  end(id, held, std::move(outcome));
}

void Agent::end_stopped_unstarted(AttemptId id, HeldByAgent& held) {
  end_unstarted(id, held, held.stop->why,
                fmt::format("{} before it started", to_word(held.stop->why)));
}

Result<int> serve(const AgentOptions& given) {
  const AgentOptions options = completed(given);
  TRY(make_directories(options.worker_directory, true));
  const Fd lock = TRY(take_lock_file(options.worker_directory + "/agent.lock", "a worker"));
  Agent agent(options, TRY(open_signals()));
  TRY(agent.start());
  return agent.run();
}

}  // namespace

int run_agent(const AgentOptions& options) {
  // The supervisor needs it, and has nobody to tell.
  if (const auto cgroups = CgroupFolder::from_environment({}); !cgroups.ok()) {
    fmt::print(stderr, "tidemill worker {}: {}; unset it to go on without control groups\n",
               options.name, cgroups.error().message);
    return kAgentCannotWork;
  }
  const auto code = serve(options);
  if (code.ok()) return *code;
  fmt::print(stderr, "tidemill worker {}: {}\n", options.name, code.error().message);
  return 1;
}

}  // namespace tidemill
