// The running attempts of a supervisor: starts, ends and reaps them, and remembers their ends.
// Knows nothing of sockets; what the agent should hear is collected in reports.
//
//   spawn ─▶ queue ─▶ running ──leader ends──▶ leftovers are ended ──none left──▶ record
//                       └ stop: TERM ─ grace ─ KILL ┘
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "worker/attempt.h"
#include "worker/families.h"
#include "worker/oom_watch.h"
#include "worker/spawn_queue.h"
#include "worker/supervisor.h"
#include "worker/supervisor_setup.h"
#include "worker/task_pipes.h"

struct rusage;

namespace tidemill {

// What tasks share with the supervisor around them; all outlive Tasks.
struct TasksShell {
  const SupervisorOptions& options;
  const ProcessSetup& setup;
  const ProcessTag& tag;
  const CgroupFolder& cgroups;
  Journal& journal;
  LogSync& sync;
  int poll = -1;  // epoll; output is reported there as output_key()
};

class Tasks {
 public:
  explicit Tasks(const TasksShell& shell) : shell_(shell), families_(shell.tag) {}

  // Ends known from before; reported like new ones until they are forgotten.
  void adopt(std::vector<message::ExitRecord> ended);

  void set_slots(int slots) { slots_ = slots; }
  void spawn(message::Spawn spawn);  // ignored when the attempt is known
  void kill(const message::Kill& kill);
  void forget(const message::Forget& forget);
  // Whoever does not outlive it ends as lost: asked to at stop_at, killed at kill_at.
  void set_lease(const message::Lease& lease) { lease_ = lease; }
  // Ends everything as lost; what was queued is dropped, it never began.
  void stop_all(const std::string& reason);

  // What a turn of the loop does, in this order. reap() starts what is next before it writes down
  // what ended, so that no slot waits for that.
  void on_output(std::uint64_t key);
  void reap();
  void start_queued();
  void tick();
  void get_ready();  // for the next starts, when there is nothing else to do

  // When tick() has to run again at the latest.
  std::optional<BootTime> next_deadline() const;
  bool idle() const { return running_.empty() && queue_.empty(); }
  // Reports may wait a little: the slots are busy anyway.
  bool has_queued() const { return !queue_.empty(); }

  std::vector<Message> take_reports() { return std::exchange(reports_, {}); }
  // Everything that is known, for an agent that just came.
  std::vector<Message> inventory(const std::string& boot_id) const;
  // The journal without what is forgotten.
  std::vector<journal::Record> journal_records(const std::string& boot_id) const;

  // Above the keys 0 to 3, which are the loop's own.
  static std::uint64_t output_key(AttemptId attempt, LogStream stream) {
    return static_cast<std::uint64_t>(attempt.value) << 2 | static_cast<std::uint64_t>(stream);
  }

 private:
  // tasks_start.cc
  void start(message::Spawn spawn);
  void on_started(std::unique_ptr<Attempt> attempt);
  void on_refused(std::unique_ptr<Attempt> attempt, Cause cause, const std::string& reason);
  bool retry_later(message::Spawn& spawn);

  // tasks_stop.cc
  void stop(Attempt& attempt, Cause why, const std::string& reason, bool force);
  void terminate(Attempt& attempt);
  void kill_now(Attempt& attempt);
  void settle(Attempt& attempt);
  void end_leftovers(Attempt& attempt, const std::vector<pid_t>& orphans);
  void sample_memory(BootTime now);

  // tasks_end.cc
  void on_reaped(pid_t pid, int status, const rusage& usage);
  std::unique_ptr<Attempt> release(AttemptId id);
  void finish(std::unique_ptr<Attempt> attempt);
  void drain(Attempt& attempt);
  void read_stream(Attempt& attempt, LogStream stream);
  message::ExitRecord make_record(Attempt& attempt);
  void record_end(message::ExitRecord record);
  Capture& capture(Attempt& attempt);

  // tasks_lease.cc
  bool is_leased() const { return lease_.kill_at.us != 0; }
  void enforce_lease(BootTime now);
  void drop_queued_at_lease_end();
  std::optional<BootTime> lease_deadline() const;

  // tasks_watch.cc
  void watch(Attempt& attempt);
  void tick_one(Attempt& attempt, BootTime now);

  TasksShell shell_;
  Families families_;
  SpawnQueue queue_;
  PipeStock pipes_;
  OomWatch oom_;
  int slots_ = 1;
  int used_slots_ = 0;
  message::Lease lease_;
  std::unordered_map<AttemptId, std::unique_ptr<Attempt>> running_;
  std::set<AttemptId> leaderless_;  // of running_, those whose leader is gone
  std::map<AttemptId, message::ExitRecord> ended_;
  // Of those, the secrets, for an agent that comes later; never journalled.
  std::map<AttemptId, std::vector<std::string>> ended_masks_;
  std::vector<Message> reports_;
  std::optional<BootTime> retry_at_;  // the host had no room for another process
  std::optional<BootTime> retry_since_;
};

}  // namespace tidemill
