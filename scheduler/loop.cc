#include "scheduler/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fault_point.h"
#include "base/text.h"

namespace tidemill {
namespace {

// Waits end at the latest after this, also because the boot clock counts suspend and poll does not.
constexpr Duration kLongestSleep = std::chrono::seconds(30);
// Between notes about strangers, so that they cannot fill our log.
constexpr Duration kRefusalPause = std::chrono::seconds(1);

}  // namespace

void Scheduler::Loop::note(const std::string& text) {
  if (config_.observer != nullptr) config_.observer->on_note(text);
}

void Scheduler::Loop::post(std::function<void(Scheduler&)> command) {
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable already.
  (void)!::write(wakeup_.get(), &one, sizeof one);
}

void Scheduler::Loop::take_commands(Scheduler& self) {
  std::uint64_t count = 0;
  // An empty counter says nothing: commands may have waited for a commit.
  (void)!::read(wakeup_.get(), &count, sizeof count);
  // A decision may read rows, and finds those of every turn before it.
  if (in_flight_ != nullptr) return;
  std::vector<std::function<void(Scheduler&)>> commands;
  {
    const std::lock_guard lock(mutex_);
    commands = std::exchange(commands_, {});
  }
  for (const auto& command : commands) command(self);
}

Result<RunId> Scheduler::Loop::submit(SubmitRequest request) {
  if (!failure_.empty()) return unavailable(failure_);
  if (request.known_version == 0) {
    const auto version = TRY(reader_->find_version(request.dag->name, request.dag->content_hash));
    request.known_version = version.value_or(0);
  }
  const RunId run = TRY(engine_->submit(request, system_now()));
  TRY(settle());
  return run;
}

Status Scheduler::Loop::run_until(Scheduler& self, const std::function<bool()>& done) {
  if (!failure_.empty()) return unavailable(failure_);
  while (!done()) {
    const Status turned = turn(self);
    if (turned.ok()) continue;
    failure_ = turned.error().message;
    return turned;
  }
  return Ok{};
}

Duration Scheduler::Loop::sleep_time(Now now) const {
  Duration longest = kLongestSleep;
  const auto until = [&](const std::optional<BootTime>& at) {
    if (at) longest = std::min(longest, std::max(*at - now.boot, Duration{}));
  };
  if (!committer_->busy()) until(seal_by_);
  until(wake_at_);
  until(stuck_.next_look());
  if (config_.planner != nullptr) {
    if (const auto due = config_.planner->next_look()) until(now.boot + (*due - now.wall));
  }
  until(files_.next_look());
  for (const Chore& chore : config_.chores) until(chore.due);
  if (links_->local_count() == 0) until(agent_->retry_at());
  return longest;
}

Status Scheduler::Loop::turn(Scheduler& self) {
  TRY(links_->wait(sleep_time(system_now())));
  const BootTime begin = system_now().boot;
  ++figures_.turns;
  TRY(files_.look(begin));
  TRY(finish_commit());
  take_commands(self);
  // Only now: a run must not begin before the command that made it.
  const Now now = system_now();
  feed(links_->take(now.boot), now);
  if (depot_ != nullptr) hand_out_answers();
  TRY(look_after_agent(now));
  if (wake_at_ && *wake_at_ <= now.boot) {
    engine_->wake(now);
    wake_at_ = engine_->next_wake();
  }
  plan(now);
  if (config_.recalls_past) recall();
  do_chores(now);
  TRY(seal_if_due(now));
  for (const std::string& text : stuck_.look(*engine_, now)) note(text);
  links_->flush();
  figures_.longest_turn = std::max(figures_.longest_turn, system_now().boot - begin);
  return Ok{};
}

void Scheduler::Loop::feed(Links::Inbox inbox, Now now) {
  tell_turned_away(inbox.turned_away, now);
  // An agent that was killed and started again may be accepted before its old end is noticed.
  for (const auto& [link, why] : inbox.gone) {
    if (const KnownWorker* worker = engine_->workers().find_link(link)) {
      note(fmt::format("worker {} disconnected ({})", worker->row.name, why));
    }
    engine_->on_gone(link);
  }
  for (const auto& [link, message] : inbox.messages) feed(link, message, now);
  for (const auto& [attempt, why] : std::exchange(failed_starts_, {})) {
    engine_->fail_start(attempt, why, now);
  }
}

void Scheduler::Loop::feed(LinkId link, const Message& message, Now now) {
  engine_->on_heard(link, now);
  if (const auto* ended = std::get_if<message::Ended>(&message)) {
    fault_point("FP14");
    return engine_->on_ended(link, *ended, now);
  }
  if (const auto* started = std::get_if<message::Started>(&message)) {
    return engine_->on_started(link, *started, now);
  }
  if (const auto* hello = std::get_if<message::Hello>(&message)) {
    return greet(link, *hello, now);
  }
  if (const auto* progress = std::get_if<message::Progress>(&message)) {
    const auto task = engine_->task_of(progress->attempt);
    if (task && engine_->holds(link, progress->attempt) && config_.observer != nullptr) {
      config_.observer->on_progress(task->first, task->second, progress->fraction, progress->text);
    }
    return;
  }
  if (const auto* beat = std::get_if<message::Heartbeat>(&message)) {
    return engine_->on_heartbeat(link, *beat, now);
  }
  if (const auto* piece = std::get_if<message::Piece>(&message)) return carry(link, *piece);
  if (const auto* fetch = std::get_if<message::Fetch>(&message)) return carry(link, *fetch);
  cut_off(link, "it said a word that no worker says");
}

// A worker of another machine is who it has proven to be, and nobody else.
void Scheduler::Loop::greet(LinkId link, const message::Hello& hello, Now now) {
  const std::string proven = links_->proven_name(link);
  if (proven.empty()) {
    agent_->connected();
    return engine_->on_hello(link, hello, now);
  }
  if (hello.worker == proven) return engine_->on_hello(link, hello, now, config_.worker_lease);
  const std::string why = fmt::format("worker {} says that it is {}", proven,
                                      printable(hello.worker, 64));
  note(why + "; it was disconnected");
  cut_off(link, why);
}

// For what it said, which no worker of ours would.
void Scheduler::Loop::cut_off(LinkId link, const std::string& why) {
  const std::string peer = links_->peer(link);
  if (!peer.empty() && config_.workers->on_turned_away) {
    config_.workers->on_turned_away({peer, links_->proven_name(link), true, why});
  }
  links_->refuse(link, why);
}

void Scheduler::Loop::tell_turned_away(const std::vector<TurnedAway>& turned_away, Now now) {
  if (turned_away.empty()) return;
  if (config_.workers->on_turned_away) {
    for (const TurnedAway& one : turned_away) config_.workers->on_turned_away(one);
  }
  refusals_ += static_cast<std::int64_t>(turned_away.size());
  if (now.boot < next_refusal_) return;
  next_refusal_ = now.boot + kRefusalPause;
  const std::int64_t others = std::exchange(refusals_, 0) - 1;
  note(fmt::format("refused a worker from {}: {}{}", turned_away.back().peer,
                   turned_away.back().why,
                   others == 0 ? "" : fmt::format(", and {} others", others)));
}

void Scheduler::Loop::cut_worker(const std::string& worker, const std::string& why) {
  const LinkId link = links_->find_proven(worker);
  if (!link) return;
  note(fmt::format("worker {} was disconnected: {}", worker, why));
  links_->refuse(link, why);
}

Status Scheduler::Loop::look_after_agent(Now now) {
  const bool ended = agent_->take_ended();
  const std::string said = ended ? agent_->said() : "";
  if (ended) watched_agent_ = -1;  // the kernel forgot it with the descriptor
  if (links_->local_count() == 0) TRY(agent_->keep_alive(now.boot));
  if (ended) {
    note(fmt::format("the local worker ended{}{}; starting it again", said.empty() ? "" : ": ",
                     said));
  }
  return watch_agent();
}

Status Scheduler::Loop::watch_agent() {
  if (agent_->fd() == watched_agent_) return Ok{};
  watched_agent_ = agent_->fd();
  return watched_agent_ < 0 ? Status(Ok{}) : links_->watch(watched_agent_);
}

Status Scheduler::Loop::finish_commit() {
  const auto outcome = committer_->poll();
  if (!outcome) return Ok{};
  if (!outcome->ok()) return outcome->error();
  if (in_flight_ == nullptr) return Ok{};  // it was a checkpoint
  const auto turn = std::exchange(in_flight_, nullptr);
  perform(*turn);
  return Ok{};
}

Status Scheduler::Loop::seal_if_due(Now now) {
  if (const auto patience = engine_->patience()) {
    const BootTime by = now.boot + *patience;
    seal_by_ = seal_by_ ? std::min(*seal_by_, by) : by;
  }
  if (committer_->busy() || began_checkpoint()) return Ok{};
  if (!seal_by_ || *seal_by_ > now.boot) return Ok{};
  seal_by_.reset();
  return commit(seal(now));
}

Turn Scheduler::Loop::seal(Now now) {
  Turn turn = engine_->seal(now);
  if (config_.planner != nullptr) config_.planner->take_rows(turn.batch);
  turn.batch.operations = std::exchange(operations_, {});
  turn.answers = std::exchange(answers_, {});
  return turn;
}

void Scheduler::Loop::plan(Now now) {
  if (config_.planner == nullptr || in_flight_ != nullptr) return;
  const auto due = config_.planner->next_look();
  if (due && *due <= now.wall) config_.planner->look(*engine_, now);
  if (config_.planner->has_rows()) seal_by_ = BootTime{};
}

void Scheduler::Loop::recall() {
  for (DagPtr& dag : engine_->take_wanted_pasts()) {
    if (!past_) {
      past_.emplace(PastReader::World{
          config_.data_dir + "/tidemill.db",
          [this](DagPtr read, TaskHistory history) {
            post([read = std::move(read), history = std::move(history)](Scheduler& self) {
              self.expect(*read, history);
            });
          },
          [this](const std::string& text) { post([this, text](Scheduler&) { note(text); }); }});
    }
    past_->read(std::move(dag));
  }
}

void Scheduler::Loop::do_chores(Now now) {
  for (Chore& chore : config_.chores) {
    if (chore.due > now.boot) continue;
    chore.due = now.boot + chore.every;
    chore.act(*engine_, now);
  }
}

void Scheduler::Loop::mutate(Mutation mutation) {
  CHECK((mutation.decide == nullptr) != (mutation.store == nullptr));
  auto operation = std::make_shared<Operation>();
  operation->audit = std::move(mutation.audit);
  operation->weight = mutation.weight;
  operation->apply = std::move(mutation.store);
  if (mutation.decide) {
    Desk desk{*engine_, *reader_, system_now()};
    operation->outcome = mutation.decide(desk);
  }
  operations_.push_back(operation);
  answers_.push_back([operation, done = std::move(mutation.done)] { done(*operation->outcome); });
  seal_by_ = BootTime{};
}

bool Scheduler::Loop::began_checkpoint() {
  const auto wanted = committer_->wants_checkpoint();
  if (!wanted || (*wanted == Committer::Urgency::when_idle && seal_by_)) return false;
  committer_->checkpoint_there();
  return true;
}

Status Scheduler::Loop::commit(Turn turn) {
  wake_at_ = turn.wake_at;
  if (turn.batch.empty()) {
    perform(turn);
    return Ok{};
  }
  ++figures_.commits;
  const std::size_t rows = turn.batch.row_count();
  figures_.rows += static_cast<std::int64_t>(rows);
  if (rows > Committer::kInlineRows) {
    in_flight_ = std::make_unique<Turn>(std::move(turn));
    committer_->commit_there(&in_flight_->batch);
    return Ok{};
  }
  ++figures_.inline_commits;
  const BootTime begin = system_now().boot;
  TRY(committer_->commit_here(turn.batch));
  const Duration took = system_now().boot - begin;
  figures_.commit_time += took;
  figures_.longest_commit = std::max(figures_.longest_commit, took);
  perform(turn);
  return Ok{};
}

Status Scheduler::Loop::settle() {
  while (true) {
    TRY(finish_commit());
    if (committer_->busy()) {
      committer_->wait();
    } else if (engine_->patience() || !operations_.empty()) {
      seal_by_.reset();
      TRY(commit(seal(system_now())));
    } else {
      break;
    }
  }
  (void)began_checkpoint();
  links_->flush();
  return Ok{};
}

void Scheduler::Loop::perform(Turn& turn) {
  if (config_.observer != nullptr && !turn.batch.empty()) config_.observer->on_commit(turn.batch);
  struct Visitor {
    Loop& loop;
    void operator()(shell_effect::SendStart& e) const { loop.send_start(e); }
    void operator()(shell_effect::Send& e) const {
      if (std::holds_alternative<message::Acknowledge>(e.message)) fault_point("FP15");
      if (Channel* channel = loop.links_->find(e.link)) channel->send(e.message);
    }
    void operator()(shell_effect::Close& e) const {
      loop.note("a worker was refused: " + e.why);
      if (e.for_what_it_said) return loop.cut_off(e.link, e.why);
      loop.links_->refuse(e.link, e.why);
    }
    void operator()(shell_effect::Note& e) const { loop.note(e.text); }
    void operator()(shell_effect::RunEnded& e) const {
      if (loop.config_.planner != nullptr) loop.config_.planner->on_run_ended(e.run, e.state);
      if (loop.config_.observer != nullptr) loop.config_.observer->on_run_ended(e.run, e.state);
    }
    void operator()(shell_effect::Look& e) const {
      if (loop.config_.look) loop.config_.look(std::move(e));
    }
    void operator()(shell_effect::DeadlineMissed& e) const {
      if (loop.config_.observer != nullptr) loop.config_.observer->on_deadline_missed(e.run);
    }
  };
  for (ShellEffect& effect : turn.effects) std::visit(Visitor{*this}, effect);
  if (config_.planner != nullptr) config_.planner->committed();
  for (const auto& answer : turn.answers) answer();
}

void Scheduler::Loop::send_start(shell_effect::SendStart& effect) {
  fault_point("FP5");
  Channel* channel = links_->find(effect.link);
  if (channel == nullptr) return;  // sent again at its next hello
  for (const auto& [variable, name] : effect.secret_names) {
    auto value = config_.secret ? config_.secret(name)
                                : Result<std::string>(not_found("there are no secrets here"));
    if (!value.ok()) {
      failed_starts_.emplace_back(
          effect.start.attempt,
          fmt::format("secret {} for {}: {}", name, variable, value.error().message));
      // Nothing else may wake the loop.
      seal_by_ = BootTime{};
      return;
    }
    effect.start.secrets.emplace_back(variable, std::move(*value));
  }
  channel->send(effect.start);
}

}  // namespace tidemill
