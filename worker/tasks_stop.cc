#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "base/text.h"
#include "worker/signals.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

constexpr Duration kKillAgain = std::chrono::milliseconds(100);
// A background process may still be copying the last output (`exec > >(tee file)`).
constexpr Duration kLeftoverPatience = std::chrono::milliseconds(100);
constexpr Duration kUnkillable = std::chrono::seconds(5);

// Between a look at the process table and the signal the pid may have passed on; a pidfd tells.
void signal_member(const ProcessTag& tag, AttemptId attempt, pid_t pid, int signal) {
  const Fd process = open_pidfd(pid);
  if (!process || tag.read(pid) != tag.of(attempt)) return;
  signal_pidfd(process, signal);
}

}  // namespace

void Tasks::kill(const message::Kill& kill) {
  if (auto queued = queue_.remove(kill.attempt)) {
    auto attempt = std::make_unique<Attempt>();
    attempt->spawn = std::move(*queued);
    return on_refused(std::move(attempt), kill.why,
                      fmt::format("{} before it started", to_word(kill.why)));
  }
  const auto found = running_.find(kill.attempt);
  if (found != running_.end()) stop(*found->second, kill.why, "", kill.force);
}

void Tasks::stop_all(const std::string& reason) {
  queue_ = {};
  for (auto& [id, attempt] : running_) stop(*attempt, Cause::lost, reason, false);
}

void Tasks::stop(Attempt& attempt, Cause why, const std::string& reason, bool force) {
  const bool first = !attempt.stopped_for && !attempt.leader_gone;
  if (first) {
    attempt.stopped_for = why;
    attempt.stop_reason = reason;
  }
  if (force) return kill_now(attempt);
  if (first) terminate(attempt);
}

// TERM goes to the group and to whoever left it; CONT, because a stopped process takes no TERM.
void Tasks::terminate(Attempt& attempt) {
  for (const int signal : {SIGTERM, SIGCONT}) signal_group(attempt.leader, signal);
  for (const pid_t pid : families_.members_of(attempt.spawn.attempt)) {
    if (::getpgid(pid) == attempt.leader) continue;
    for (const int signal : {SIGTERM, SIGCONT}) {
      signal_member(shell_.tag, attempt.spawn.attempt, pid, signal);
    }
  }
  attempt.kill_at = system_now().boot + attempt.spawn.grace;
}

// Repeated until all are gone: a process that forks may escape one round, but not every one.
void Tasks::kill_now(Attempt& attempt) {
  const BootTime now = system_now().boot;
  const AttemptId id = attempt.spawn.attempt;
  if (!attempt.killed) attempt.killed_at = now;
  attempt.killed = true;
  if (attempt.cgroup) attempt.cgroup->kill();
  if (!attempt.leader_gone) signal_group(attempt.leader, SIGKILL);
  for (const pid_t pid : families_.members_of(id)) signal_member(shell_.tag, id, pid, SIGKILL);
  families_.look_for_orphans();
  for (const pid_t pid : families_.orphans_of(id)) signal_child(pid, SIGKILL);
  attempt.kill_at = now + kKillAgain;
  if (now - attempt.killed_at > kUnkillable && !attempt.said_unkillable) {
    attempt.said_unkillable = true;
    capture(attempt).say(
        "unkillable: a process does not end on SIGKILL, it waits inside the kernel "
        "(a hanging disk or network mount?); its slot stays taken");
  }
}

void Tasks::settle(Attempt& attempt) {
  const AttemptId id = attempt.spawn.attempt;
  const auto orphans = families_.orphans_of(id);
  if (orphans.empty()) return finish(release(id));
  end_leftovers(attempt, orphans);
}

void Tasks::end_leftovers(Attempt& attempt, const std::vector<pid_t>& orphans) {
  if (attempt.killed) {
    for (const pid_t pid : orphans) signal_child(pid, SIGKILL);
    return;
  }
  const BootTime now = system_now().boot;
  if (!attempt.leftovers_end_at) {
    attempt.leftovers_end_at = attempt.stopped_for ? now : now + kLeftoverPatience;
  }
  if (!attempt.left_behind.empty() || now < *attempt.leftovers_end_at) return;
  for (const pid_t pid : orphans) {
    const auto stat = read_stat(pid);
    if (!stat || stat->state == 'Z') continue;
    attempt.left_behind.push_back(fmt::format("{} (pid {})", printable(stat->name), pid));
    for (const int signal : {SIGTERM, SIGCONT}) signal_child(pid, signal);
  }
  if (attempt.left_behind.empty()) {
    // They ended in the meantime and are about to be reaped.
    attempt.leftovers_end_at = now + kLeftoverPatience;
    return;
  }
  const Duration grace = std::min(attempt.spawn.grace, shell_.options.leftover_grace);
  const BootTime end = now + grace;
  attempt.kill_at = attempt.kill_at ? std::min(*attempt.kill_at, end) : end;
}

// One walk through the process table serves all attempts that have a limit. Anonymous memory is an
// upper bound, because forked processes share pages; the exact figure is asked for only beyond it.
void Tasks::sample_memory(BootTime now) {
  struct Sum {
    Attempt* attempt;
    std::vector<pid_t> members;
    std::uint64_t bytes = 0;
  };
  std::unordered_map<rlim_t, Sum> sums;
  for (auto& [id, attempt] : running_) {
    if (!attempt->sample_at) continue;
    attempt->sample_at = now + kSamplePause;
    sums[shell_.tag.of(id)] = {attempt.get(), {}, 0};
  }
  for (const pid_t pid : list_processes()) {
    const auto tag = shell_.tag.read(pid);
    const auto sum = tag ? sums.find(*tag) : sums.end();
    if (sum == sums.end()) continue;
    sum->second.members.push_back(pid);
    sum->second.bytes += read_anonymous_memory(pid);
  }
  for (auto& [tag, sum] : sums) {
    const std::uint64_t limit = sum.attempt->spawn.memory_limit;
    if (sum.bytes > limit) {
      sum.bytes = 0;
      for (const pid_t pid : sum.members) sum.bytes += read_proportional_memory(pid);
    }
    sum.attempt->usage.peak_memory = std::max(sum.attempt->usage.peak_memory, sum.bytes);
    if (sum.bytes <= limit || sum.attempt->killed) continue;
    stop(*sum.attempt, Cause::oom,
         fmt::format("used {} of its {} limit", format_bytes(sum.bytes), format_bytes(limit)),
         true);
  }
}

}  // namespace tidemill
