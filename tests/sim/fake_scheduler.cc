#include "tests/sim/fake_scheduler.h"

#include "scheduler/storage/reader.h"

namespace tidemill::sim {
namespace {

constexpr const char* kFile = "tidemill.db";
constexpr std::int64_t kWallBase = 1'700'000'000'000'000;

}  // namespace

Now FakeScheduler::now() const {
  const std::int64_t us = world_.timeline.now_us();
  return {{kWallBase + us + wall_shift_us_}, {us + boot_shift_us_}};
}

void FakeScheduler::start() {
  CHECK(!is_up());
  ++life_;
  if (!open()) return;
  world_.trace.line("scheduler started, epoch {}, {} unfinished runs", engine_->epoch(),
                    engine_->live_runs());
  if (crashes_here("after recovery", 100)) return;
  touch();
}

bool FakeScheduler::open() {
  StorageOptions options;
  options.path = kFile;
  options.boot_id = "host";
  options.vfs = disk_.vfs();
  auto writer = Writer::open(options, now().wall);
  if (!writer.ok()) {
    world_.trace.broken("the database does not open: {}", writer.error().message);
    return false;
  }
  writer_ = std::move(*writer);
  engine_.emplace(writer_->start().epoch, writer_->start().counters);
  const Status recovered = recover();
  if (!recovered.ok()) world_.trace.broken("recovery failed: {}", recovered.error().message);
  return recovered.ok();
}

Status FakeScheduler::recover() {
  RunReader reader = TRY(RunReader::open(kFile, disk_.vfs()));
  world_.mirror.compare(reader);
  for (const WorkerRow& row : TRY(reader.workers())) engine_->restore_worker(row);
  for (const RunId run : TRY(reader.unfinished_runs())) {
    const StoredRun stored = TRY(reader.stored_run(run));
    TRY(engine_->restore_run(stored, world_.mirror.planned(*world_.mirror.find(run)).dag, now()));
  }
  engine_->check();
  return Ok{};
}

void FakeScheduler::crash(const char* where) {
  if (!is_up()) return;
  --crashes_left_;
  ++life_;
  const bool power = random_.percent(40);
  world_.trace.line("scheduler {} {}", power ? "loses power" : "killed", where);
  engine_.reset();
  turn_.reset();
  writer_.reset();
  seal_by_ = INT64_MAX;
  considering_ = false;
  if (power) {
    disk_.lose_power(random_.next());
    boot_shift_us_ = random_.between(0, 1'000'000) - world_.timeline.now_us();
  }
  world_.network.cut_all();
  world_.timeline.after(random_.between(1000, 1'500'000), [this] { start(); });
}

bool FakeScheduler::crashes_here(const char* where, int per_mille) {
  if (crashes_left_ <= 0 || !random_.per_mille(per_mille)) return false;
  crash(where);
  return true;
}

void FakeScheduler::submit(std::size_t planned_run) {
  const PlannedRun& planned = world_.plan.runs[planned_run];
  SubmitRequest request;
  request.dag = world_.plan.dags[planned.dag].dag;
  request.directory = "/dags";
  request.origin = fmt::format("client {}", planned_run);
  request.options.seed = planned_run + 1;
  // The shell asks the database; here the mirror knows as much.
  for (const auto& [id, run] : world_.mirror.runs()) {
    if (run.planned_dag == planned.dag) request.known_version = run.row.version;
  }
  const RunId run = engine_->submit(request, now()).value();
  world_.trace.line("client {} submits {} as run {}", planned_run, request.dag->name, run.value);
  touch();
}

void FakeScheduler::cancel(RunId run) {
  if (!engine_->is_live(run)) return;
  world_.trace.line("client cancels run {}", run.value);
  const auto force = random_.percent(20) ? Engine::Force::yes : Engine::Force::no;
  // A run that ended in this very turn refuses, which is an answer too.
  (void)engine_->cancel(run, "client", "", force, now()).ok();
  touch();
}

std::vector<TaskIndex> FakeScheduler::some_tasks(const Dag& dag) {
  std::vector<TaskIndex> tasks;
  for (std::int64_t i = random_.below(4); i > 0; --i) {
    tasks.push_back(static_cast<TaskIndex>(random_.below(std::ssize(dag.tasks))));
  }
  return tasks;
}

Status FakeScheduler::take_back(RunId run) {
  if (engine_->is_live(run)) return Ok{};
  RunReader rows = TRY(reader());
  return engine_->reopen(TRY(rows.stored_run(run)),
                         world_.mirror.planned(*world_.mirror.find(run)).dag, now());
}

Status FakeScheduler::act(RunId run, const Dag& dag, bool may_undo) {
  constexpr TaskState kMarks[] = {TaskState::succeeded, TaskState::skipped, TaskState::failed};
  const auto act = random_.below(may_undo ? 9 : 3);
  if (act >= 3) TRY(take_back(run));
  switch (act) {
    case 0:
      return engine_->pause(run, "ann", "", now());
    case 1:
      return engine_->resume(run, "ann", "", now());
    case 2:
      return engine_->hurry(run, some_tasks(dag), "ann", "", now());
    case 3:
    case 4:
    case 5:
    case 6: {
      const auto reach = static_cast<ClearReach>(random_.below(5));
      TRY(engine_->clear(run, some_tasks(dag), reach, "ann", "again", now()));
      return Ok{};
    }
    default:
      TRY(engine_->mark(run, some_tasks(dag), kMarks[random_.below(3)], "ann", "", now()));
      return Ok{};
  }
}

void FakeScheduler::control(RunId run, bool may_undo) {
  // As the loop does it: nothing is decided while a commit is on its way.
  if (turn_) return;
  const Status done = act(run, *world_.mirror.planned(*world_.mirror.find(run)).dag, may_undo);
  world_.trace.line("a person changes run {}: {}", run.value,
                    done.ok() ? "done" : done.error().message);
  engine_->check();
  if (done.ok() && crashes_here("after a person's change", 20)) return;
  touch();
}

void FakeScheduler::resume(RunId run) {
  world_.trace.line("run {} is resumed", run.value);
  // One that ends or was resumed in this very turn refuses.
  (void)engine_->resume(run, "bob", "", now()).ok();
  touch();
}

message::Ended FakeScheduler::unfenced(message::Ended ended) const {
  if (sabotage_ != Sabotage::forget_fence || engine_->task_of(ended.attempt)) return ended;
  const Mirror::Granted* old = world_.mirror.grant_of(ended.attempt);
  if (old == nullptr || !engine_->is_live(old->run)) return ended;
  const TaskRun& task = engine_->find(old->run)->run.tasks[old->task];
  if (is_live(task.state)) ended.attempt = task.attempt;
  return ended;
}

void FakeScheduler::on_message(LinkId link, const Message& message) {
  if (!is_up()) return;
  engine_->on_heard(link, now());
  if (const auto* hello = std::get_if<message::Hello>(&message)) {
    engine_->on_hello(link, *hello, now(), std::chrono::seconds(60));
  } else if (const auto* beat = std::get_if<message::Heartbeat>(&message)) {
    engine_->on_heartbeat(link, *beat, now());
  } else if (const auto* started = std::get_if<message::Started>(&message)) {
    engine_->on_started(link, *started, now());
  } else if (const auto* ended = std::get_if<message::Ended>(&message)) {
    engine_->on_ended(link, unfenced(*ended), now());
    if (sabotage_ == Sabotage::acknowledge_before_commit && random_.percent(50)) {
      world_.network.down(link, message::Acknowledge{{ended->attempt}});
    }
  }
  if (crashes_here("after a message", 4)) return;
  touch();
}

void FakeScheduler::on_link_end(LinkId link) {
  if (!is_up()) return;
  engine_->on_gone(link);
  touch();
}

void FakeScheduler::jump_clock(std::int64_t us) {
  world_.trace.line("scheduler's wall clock jumps by {} us", us);
  wall_shift_us_ += us;
}

// Messages that arrive at the same moment are gathered, as one turn of the loop does.
void FakeScheduler::touch() {
  if (std::exchange(considering_, true)) return;
  world_.timeline.after(random_.between(1, 30), [this, life = life_] {
    if (life != life_) return;
    considering_ = false;
    consider();
  });
}

void FakeScheduler::consider() {
  if (!is_up() || turn_) return;
  engine_->wake(now());
  if (const auto patience = engine_->patience()) {
    seal_by_ = std::min(seal_by_, world_.timeline.now_us() + patience->count());
  }
  if (seal_by_ > world_.timeline.now_us()) return arm();
  seal_by_ = INT64_MAX;
  turn_ = engine_->seal(now());
  engine_->check();
  if (crashes_here("before a commit", 15)) return;
  if (sabotage_ == Sabotage::send_before_commit) {
    for (ShellEffect& effect : turn_->effects) perform_one(effect);
  }
  world_.timeline.after(random_.between(1, world_.plan.commit_us), [this, life = life_] {
    if (life == life_) finish_commit();
  });
}

void FakeScheduler::finish_commit() {
  if (crashes_here("during a commit", 15)) return;
  if (!turn_->batch.empty()) {
    const bool lost = sabotage_ == Sabotage::lose_a_commit && random_.percent(2);
    const Status committed = lost ? Status(Ok{}) : writer_->commit(turn_->batch);
    if (!committed.ok()) return world_.trace.broken("commit: {}", committed.error().message);
    ++commits_;
    world_.mirror.on_commit(turn_->batch);
  }
  if (crashes_here("after a commit", 20)) return;
  if (writer_->log_bytes() > 200'000) {
    if (crashes_here("before a checkpoint", 50)) return;
    const Status moved = writer_->checkpoint();
    if (!moved.ok()) return world_.trace.broken("checkpoint: {}", moved.error().message);
  }
  perform();
}

void FakeScheduler::perform() {
  Turn turn = std::move(*turn_);
  turn_.reset();
  for (ShellEffect& effect : turn.effects) {
    if (crashes_here("between effects", 10)) return;
    if (sabotage_ != Sabotage::send_before_commit) perform_one(effect);
  }
  touch();
}

void FakeScheduler::perform_one(ShellEffect& effect) {
  struct Visitor {
    FakeScheduler& self;
    void operator()(const shell_effect::SendStart& e) const {
      self.world_.network.down(e.link, e.start);
    }
    void operator()(const shell_effect::Send& e) const {
      self.world_.network.down(e.link, e.message);
    }
    void operator()(const shell_effect::Close& e) const {
      self.world_.trace.line("refused: {}", e.why);
      self.world_.network.cut(e.link);
    }
    void operator()(const shell_effect::Note& e) const {
      self.world_.trace.line("note: {}", e.text);
    }
    void operator()(const shell_effect::RunEnded& e) const {
      self.world_.trace.line("run {} ended: {}", e.run.value, to_word(e.state));
      const auto* run = self.world_.mirror.find(e.run);
      if (run == nullptr || run->row.state != e.state) {
        self.world_.trace.broken("P1 the end of run {} was told before it was committed",
                                 e.run.value);
      }
    }
    void operator()(const shell_effect::Look& e) const { self.look(e.run, e.task, e.since); }
    void operator()(const shell_effect::DeadlineMissed& e) const {
      self.world_.trace.line("run {} misses its deadline", e.run.value);
    }
  };
  std::visit(Visitor{*this}, effect);
}

// What a look finds: mostly that it is there; now and then it is never heard of again.
void FakeScheduler::look(RunId run, TaskIndex task, WallTime since) {
  if (random_.percent(5)) return;
  const bool there = random_.percent(70);
  world_.timeline.after(random_.between(1, 500'000), [=, this, life = life_] {
    if (life != life_ || !is_up()) return;
    using Answer = event::Looked::Answer;
    event::Looked looked{task, since, there ? Answer::there : Answer::not_yet, {}};
    if (!there) looked.said = fmt::format("not yet {}", random_.below(3));
    engine_->on_looked(run, std::move(looked), now());
    if (crashes_here("after a look", 4)) return;
    touch();
  });
}

void FakeScheduler::arm() {
  std::int64_t at = seal_by_;
  if (const auto next = engine_->next_wake()) {
    at = std::min(at, next->us - boot_shift_us_);
  }
  if (at == INT64_MAX) return;
  world_.timeline.at(at, [this, life = life_] {
    if (life == life_) consider();
  });
}

std::string FakeScheduler::describe() const {
  if (!is_up()) return "down";
  std::string text = fmt::format("{} runs, {} attempts, {} ready", engine_->live_runs(),
                                 engine_->live_attempts(), engine_->placement().ready_count());
  return text;
}

}  // namespace tidemill::sim
