#include <fmt/format.h>

#include <cerrno>

#include "base/fault_point.h"
#include "base/text.h"
#include "worker/spawn.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

constexpr Duration kSpawnRetryPause = std::chrono::milliseconds(100);
constexpr Duration kSpawnRetryFor = std::chrono::seconds(10);

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// What the kernel would cut short or misread without a word.
std::string unusable_item(const message::Spawn& spawn) {
  for (const std::string& item : spawn.argv) {
    if (has_nul(item)) return "an argument holds a NUL byte: " + printable(item);
  }
  for (const auto& [name, value] : spawn.env) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name)) {
      return fmt::format("\"{}\" cannot be the name of an environment variable", printable(name));
    }
    if (has_nul(value))
      return fmt::format("the environment variable {} holds a NUL byte", printable(name));
  }
  return {};
}

std::vector<std::string> make_environment(const message::Spawn& spawn, const ProcessTag& tag) {
  std::vector<std::string> environment;
  environment.reserve(spawn.env.size() + 2);
  for (const auto& [name, value] : spawn.env) {
    std::string& item = environment.emplace_back();
    item.reserve(name.size() + value.size() + 1);
    item.append(name).append(1, '=').append(value);
  }
  environment.push_back(fmt::format("TIDEMILL_ATTEMPT_ID={}", spawn.attempt.value));
  environment.push_back("TIDEMILL_SUPERVISOR=" + tag.worker_mark());
  return environment;
}

bool is_shortage(int error) {
  return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

}  // namespace

void Tasks::spawn(message::Spawn spawn) {
  const AttemptId id = spawn.attempt;
  if (running_.contains(id) || ended_.contains(id) || queue_.contains(id)) return;
  queue_.add(std::move(spawn));
}

void Tasks::start_queued() {
  if (retry_at_ && system_now().boot < *retry_at_) return;
  retry_at_.reset();
  while (!queue_.empty() && !retry_at_) {
    const bool fits = used_slots_ + queue_.slots_of_first() <= slots_ || used_slots_ == 0;
    if (!fits) return;
    start(queue_.take_first());
  }
}

// A shortage of processes or descriptors passes; only a lasting one ends the attempt.
bool Tasks::retry_later(message::Spawn& spawn) {
  const BootTime now = system_now().boot;
  if (!retry_since_) retry_since_ = now;
  if (now - *retry_since_ > kSpawnRetryFor) {
    retry_since_.reset();
    return false;
  }
  retry_at_ = now + kSpawnRetryPause;
  queue_.add(std::move(spawn));
  return true;
}

void Tasks::start(message::Spawn spawn) {
  fault_point("FP8");
  auto pipes = pipes_.take();
  if (!pipes.ok() && retry_later(spawn)) return;
  auto attempt = std::make_unique<Attempt>();
  attempt->spawn = std::move(spawn);
  if (!pipes.ok()) return on_refused(std::move(attempt), Cause::lost, pipes.error().message);
  attempt->out = std::move(pipes->out);
  attempt->err = std::move(pipes->err);
  const message::Spawn& order = attempt->spawn;
  if (const std::string bad = unusable_item(order); !bad.empty()) {
    return on_refused(std::move(attempt), Cause::exec_failed, bad);
  }
  if (const Status room = shell_.journal.reserve(); !room.ok()) {
    return on_refused(std::move(attempt), Cause::lost, room.error().message);
  }
  SpawnPlan plan;
  plan.argv = &order.argv;
  plan.environment = make_environment(order, shell_.tag);
  plan.directory = order.directory;
  plan.umask = order.umask;
  plan.in = shell_.setup.null.get();
  plan.out = pipes->task_out.get();
  plan.err = pipes->task_err.get();
  plan.tag = shell_.tag.limit_of(order.attempt);
  plan.descriptors = shell_.setup.descriptors;
  if (shell_.cgroups.enabled()) {
    auto cgroup = shell_.cgroups.make(order.attempt);
    if (cgroup.ok()) attempt->cgroup = std::move(cgroup).value();
    if (attempt->cgroup) (void)attempt->cgroup->set_limits(order.memory_limit, order.cpu_limit);
    if (attempt->cgroup) plan.cgroup = attempt->cgroup->procs();
  }
  plan.journal = &shell_.journal;
  const Now now = system_now();
  attempt->begun = {0,         now.boot.us,    0,         now.wall, order.attempt,
                    order.run, order.log_path, order.note};
  shell_.journal.queue_begun(attempt->begun);
  const SpawnResult result = spawn_process(plan);
  const bool on_record = result.failed != SpawnStep::clone && result.failed != SpawnStep::journal;
  shell_.journal.finish_begun(on_record);
  fault_point("FP10");
  attempt->leader = result.pid;
  attempt->exec_at = now.boot;
  attempt->started_at = now.wall;
  if (result.failed == SpawnStep::none) return on_started(std::move(attempt));
  if (!on_record && is_shortage(result.error) && retry_later(attempt->spawn)) return;
  const std::string reason = spawn_error(plan, result);
  const bool ours = result.failed == SpawnStep::exec || result.failed == SpawnStep::directory;
  on_refused(std::move(attempt), ours ? Cause::exec_failed : Cause::lost, reason);
}

void Tasks::on_started(std::unique_ptr<Attempt> attempt) {
  retry_since_.reset();
  const AttemptId id = attempt->spawn.attempt;
  attempt->begun.pid = attempt->leader;
  attempt->begun.after_us = system_now().boot.us;
  attempt->masks = std::move(attempt->spawn.masks);
  attempt->spawn.argv = {};
  attempt->spawn.env = {};
  attempt->spawn.masks = {};
  const bool sampled = attempt->spawn.memory_limit > 0 &&
                       !(attempt->cgroup && attempt->cgroup->limits_memory());
  if (sampled) attempt->sample_at = attempt->exec_at + kSamplePause;
  used_slots_ += attempt->spawn.slots;
  families_.add(id, attempt->leader);
  reports_.push_back(message::Spawned{id, attempt->leader, attempt->started_at});
  running_.emplace(id, std::move(attempt));
}

// It never ran: no slot was used and there is nothing to wait for.
void Tasks::on_refused(std::unique_ptr<Attempt> attempt, Cause cause, const std::string& reason) {
  attempt->masks = std::move(attempt->spawn.masks);
  Capture& log = capture(*attempt);
  log.say(fmt::format("{}: {}", to_word(cause), reason));
  log.finish();
  message::ExitRecord record;
  record.attempt = attempt->spawn.attempt;
  record.run = attempt->spawn.run;
  record.cause = cause;
  record.message = reason;
  record.ended_at = system_now().wall;
  record.note = attempt->spawn.note;
  record_end(std::move(record));
}

}  // namespace tidemill
