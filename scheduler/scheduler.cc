#include "scheduler/scheduler.h"

#include <future>

#include "scheduler/loop.h"

namespace tidemill {
namespace {

// Whoever waits is answered also when the scheduler ends first and only drops this.
struct Answer {
  std::promise<Result<Json>> promise;
  bool given = false;
  void give(Result<Json> result) {
    given = true;
    promise.set_value(std::move(result));
  }
  ~Answer() {
    if (!given) promise.set_value(unavailable("the scheduler is stopping"));
  }
};

Result<Json> wait_for(std::future<Result<Json>>& answer, Duration patience) {
  if (answer.wait_for(patience) == std::future_status::ready) return answer.get();
  return unavailable("the scheduler has not answered yet; look before you try again");
}

}  // namespace

Scheduler::Scheduler(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Scheduler::~Scheduler() = default;

Result<std::unique_ptr<Scheduler>> Scheduler::open(SchedulerConfig config) {
  // Not in one expression: an error would leave between the allocation and its owner.
  std::unique_ptr<Loop> loop = TRY(Loop::open(std::move(config)));
  return std::unique_ptr<Scheduler>(new Scheduler(std::move(loop)));
}

void Scheduler::set_planner(Planner& planner) { loop_->set_planner(planner); }

const std::vector<RunId>& Scheduler::recovered() const { return loop_->recovered(); }

Result<RunId> Scheduler::submit(SubmitRequest request) { return loop_->submit(std::move(request)); }

void Scheduler::post(std::function<void(Scheduler&)> command) { loop_->post(std::move(command)); }

void Scheduler::cancel(RunId run, std::string by, std::string reason, Engine::Force force) {
  post([=](Scheduler& self) {
    // A run that has ended meanwhile needs no cancel.
    if (!self.engine().is_live(run)) return;
    (void)self.loop_->engine().cancel(run, by, reason, force, system_now()).ok();
  });
}

void Scheduler::looked(RunId run, event::Looked answer) {
  post([run, answer = std::move(answer)](Scheduler& self) {
    self.loop_->engine().on_looked(run, answer, system_now());
  });
}

void Scheduler::expect(const Dag& dag, const TaskHistory& history) { loop_->expect(dag, history); }

void Scheduler::mutate(Mutation mutation) {
  // A std::function must be copyable, a mutation need not be copied.
  post([shared = std::make_shared<Mutation>(std::move(mutation))](Scheduler& self) {
    self.loop_->mutate(std::move(*shared));
  });
}

Result<Json> Scheduler::change(Mutation mutation, Duration patience) {
  const auto answer = std::make_shared<Answer>();
  mutation.done = [answer](Result<Json> result) { answer->give(std::move(result)); };
  std::future<Result<Json>> arrives = answer->promise.get_future();
  mutate(std::move(mutation));
  return wait_for(arrives, patience);
}

Result<Json> Scheduler::ask(Question question, Duration patience) {
  const auto answer = std::make_shared<Answer>();
  std::future<Result<Json>> arrives = answer->promise.get_future();
  post([answer, question = std::move(question)](Scheduler& self) {
    answer->give(question(self.engine(), system_now()));
  });
  return wait_for(arrives, patience);
}

int Scheduler::workers_port() const { return loop_->workers_port(); }

void Scheduler::cut_worker(std::string worker, std::string why) {
  post([=](Scheduler& self) { self.loop_->cut_worker(worker, why); });
}

void Scheduler::reload_door(std::function<void(const Status&)> done) {
  post([done = std::move(done)](Scheduler& self) { done(self.loop_->reload_door()); });
}

Status Scheduler::run_until_idle() {
  return run_until([this] { return loop_->is_idle(); });
}

Status Scheduler::run_until(const std::function<bool()>& done) {
  return loop_->run_until(*this, done);
}

Status Scheduler::close() { return loop_->close(); }

const Engine& Scheduler::engine() const { return loop_->engine(); }
std::int64_t Scheduler::epoch() const { return loop_->engine().epoch(); }
const Scheduler::Figures& Scheduler::figures() const { return loop_->figures(); }

}  // namespace tidemill
