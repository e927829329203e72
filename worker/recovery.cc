#include "worker/recovery.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <map>
#include <set>

#include "base/fd.h"
#include "worker/log_file.h"
#include "worker/own_lines.h"
#include "worker/process_table.h"
#include "worker/signals.h"

namespace tidemill {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);
constexpr int kCleanLooks = 5;
constexpr std::int64_t kTickUs = 10'000;  // USER_HZ is 100 on every Linux

struct Known {
  std::string boot_id;
  std::map<AttemptId, journal::Begun> begun;
  std::map<AttemptId, message::ExitRecord> ended;
};

struct Reader {
  Known& known;
  void operator()(const journal::Opened& opened) const { known.boot_id = opened.boot_id; }
  void operator()(const journal::Begun& begun) const { known.begun[begun.attempt] = begun; }
  void operator()(const journal::Ended& ended) const {
    known.begun.erase(ended.record.attempt);
    known.ended[ended.record.attempt] = ended.record;
  }
  void operator()(const journal::Forgotten& forgotten) const {
    for (const AttemptId attempt : forgotten.attempts) known.ended.erase(attempt);
  }
};

bool is_leader(const journal::Begun& begun, pid_t pid, const ProcessStat& stat) {
  return begun.pid == pid && stat.start_ticks >= begun.before_us / kTickUs &&
         stat.start_ticks <= begun.after_us / kTickUs;
}

bool belongs_to_us(const Known& known, const ProcessTag& tag, pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat || stat->state == 'Z' || pid == ::getpid()) return false;
  if (tag.read(pid)) return true;
  for (const auto& [attempt, begun] : known.begun) {
    if (is_leader(begun, pid, *stat)) return true;
  }
  return has_variable(pid, "TIDEMILL_SUPERVISOR=" + tag.worker_mark());
}

// A pid may pass to another process between looking and killing; a pidfd may not.
bool kill_if_ours(const Known& known, const ProcessTag& tag, pid_t pid) {
  const Fd process = open_pidfd(pid);
  if (!process || !belongs_to_us(known, tag, pid)) return false;
  signal_pidfd(process, SIGKILL);
  return true;
}

// A process that forks and ends all the time is seldom there when it is looked for, but its group
// is: one member with our tag, be it a zombie, gives the group away, and a group is killed at one
// stroke.
void kill_group_of(const ProcessTag& tag, pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat || stat->group <= 1 || stat->group == ::getpgrp() || !tag.read(pid)) return;
  signal_group(stat->group, SIGKILL);
}

bool kill_once(const Known& known, const ProcessTag& tag, std::set<pid_t>& killed) {
  bool found = false;
  for (const pid_t pid : list_processes()) {
    if (pid == ::getpid()) continue;
    kill_group_of(tag, pid);
    if (!kill_if_ours(known, tag, pid)) continue;
    found = true;
    killed.insert(pid);
  }
  return found;
}

// Until several looks in a row find nothing: one look can miss what moves.
std::size_t kill_all(const Known& known, const ProcessTag& tag) {
  std::set<pid_t> killed;
  const int wanted = known.begun.empty() ? 1 : kCleanLooks;
  const BootTime end = system_now().boot + kPatience;
  for (int clean = 0; clean < wanted && system_now().boot < end;) {
    clean = kill_once(known, tag, killed) ? 0 : clean + 1;
    const timespec pause{0, 2'000'000};
    if (clean < wanted) ::nanosleep(&pause, nullptr);
  }
  return killed.size();
}

message::ExitRecord lost_record(const journal::Begun& begun, const std::string& reason) {
  message::ExitRecord record;
  record.attempt = begun.attempt;
  record.run = begun.run;
  record.cause = Cause::lost;
  record.message = reason;
  record.started_at = begun.at;
  record.ended_at = system_now().wall;
  record.note = begun.note;
  return record;
}

}  // namespace

std::vector<message::ExitRecord> recover_attempts(const std::vector<journal::Record>& records,
                                                  const ProcessTag& tag,
                                                  const std::string& boot_id) {
  Known known;
  for (const journal::Record& record : records) std::visit(Reader{known}, record);
  const bool same_boot = known.boot_id == boot_id;
  std::string reason = "the host restarted while the task ran";
  if (same_boot) {
    const std::size_t killed = kill_all(known, tag);
    reason = fmt::format(
        "the worker's supervisor died while the task ran; {} left and killed",
        killed == 1 ? std::string("1 process was") : fmt::format("{} processes were", killed));
  }
  std::vector<message::ExitRecord> ended;
  for (const auto& [attempt, record] : known.ended) ended.push_back(record);
  for (const auto& [attempt, begun] : known.begun) {
    gather_log_segments(begun.log_path, system_now().wall.us * 1000);
    append_own_lines(begun.log_path, {"lost: " + reason});
    ended.push_back(lost_record(begun, reason));
  }
  return ended;
}

}  // namespace tidemill
