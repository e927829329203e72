// How a scheduler begins and ends: lock, database, recovery, socket; clean stop.
#include <sys/eventfd.h>

#include "scheduler/data_lock.h"
#include "scheduler/loop.h"

namespace tidemill {
namespace {

Result<std::string> host_boot_id() {
  std::string text = TRY(read_file("/proc/sys/kernel/random/boot_id", 200));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Result<std::unique_ptr<Scheduler::Loop>> Scheduler::Loop::open(SchedulerConfig config) {
  CHECK(config.load_dag != nullptr);
  std::unique_ptr<Loop> loop(new Loop(std::move(config)));
  TRY(loop->open_files());
  TRY(loop->recover());
  return loop;
}

Status Scheduler::Loop::open_files() {
  const std::string& dir = config_.data_dir;
  TRY(make_directories(dir, true));
  TRY(make_directories(dir + "/run", true));
  lock_ = TRY(lock_data_directory(dir));
  StorageOptions storage;
  storage.path = dir + "/tidemill.db";
  storage.boot_id = TRY(host_boot_id());
  storage.durability = config_.durability;
  storage.allow_network_file_system = config_.allow_network_file_system;
  storage.least_epoch = TRY(obeyed_epoch(dir));
  storage.on_migration = config_.on_migration;
  storage.make_room = config_.make_room;
  auto writer = TRY(Writer::open(storage, system_now().wall));
  TRY(files_.remember(dir + "/scheduler.lock"));
  TRY(files_.remember(storage.path));
  engine_.emplace(writer->start().epoch, writer->start().counters);
  engine_->set_param_seal(config_.params);
  committer_ = TRY(Committer::start(std::move(writer)));
  reader_.emplace(TRY(RunReader::open(storage.path)));
  links_.emplace(TRY(Links::listen(dir + "/run/scheduler.sock")));
  if (config_.workers) {
    TRY(links_->open_door(*config_.workers));
    depot_ = std::make_unique<Depot>(dir);
    TRY(links_->watch(depot_->fd()));
  }
  wakeup_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wakeup_) return errno_error("cannot make an eventfd");
  TRY(links_->watch(wakeup_.get()));
  TRY(links_->watch(committer_->fd()));
  agent_.emplace(config_.agent_command, dir + "/worker/agent.lock", dir + "/worker.log");
  return Ok{};
}

Status Scheduler::Loop::recover() {
  for (const WorkerRow& row : TRY(reader_->workers())) engine_->restore_worker(row);
  DagCache dags;
  for (const RunId run : TRY(reader_->unfinished_runs())) {
    const Status restored = restore(run, dags, system_now());
    // One run that cannot be read must not keep the others from going on.
    if (!restored.ok()) {
      note(fmt::format("run {} cannot be resumed: {}", run.value, restored.error().message));
      continue;
    }
    recovered_.push_back(run);
  }
  return Ok{};
}

Status Scheduler::Loop::restore(RunId run, DagCache& dags, Now now) {
  const StoredRun stored = TRY(reader_->stored_run(run));
  DagPtr& dag = dags[stored.row.version];
  if (dag == nullptr) {
    const DagVersionRow version = TRY(reader_->dag_version(stored.row.version));
    dag = TRY(config_.load_dag(version, stored.row.directory));
  }
  return engine_->restore_run(stored, dag, now);
}

Status Scheduler::Loop::close() {
  TRY(settle());
  if (!config_.agent_command.empty()) {
    for (const auto& [id, worker] : engine_->workers().all()) {
      if (worker.row.lease.count() > 0) continue;  // those of other machines wait for the next
      if (Channel* channel = links_->find(worker.link)) channel->send(message::Shutdown{});
    }
    links_->flush();
  }
  const Status closed = committer_->close();
  failure_ = "the scheduler was closed";
  return closed;
}

}  // namespace tidemill
