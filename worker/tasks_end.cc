#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fault_point.h"
#include "base/text.h"
#include "worker/ending.h"
#include "worker/signals.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

// One read event takes at most this much, so that a loud task starves nobody; and no more than a
// pipe can hold is taken after a task's end, should a stranger hold its write end.
constexpr std::size_t kReadBytes = 1u << 20;

Duration cpu_time(const rusage& usage) {
  const auto us = [](const timeval& time) {
    return Duration(std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

void add_usage(Usage& sum, const rusage& usage) {
  sum.cpu += cpu_time(usage);
  sum.peak_memory = std::max(sum.peak_memory, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
}

std::string leftover_words(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  const auto shown = std::span(names).first(std::min(names.size(), kShown));
  return fmt::format("{} left behind {} ended: {}{}",
                     plural(static_cast<std::int64_t>(names.size()), "process"),
                     names.size() == 1 ? "was" : "were", fmt::join(shown, ", "),
                     names.size() > kShown ? ", ..." : "");
}

}  // namespace

Capture& Tasks::capture(Attempt& attempt) {
  if (!attempt.capture) {
    attempt.capture =
        std::make_unique<Capture>(attempt.spawn.log_path, shell_.options.log_cap, shell_.sync,
                                  attempt.masks, attempt.spawn.log_patterns);
  }
  return *attempt.capture;
}

void Tasks::read_stream(Attempt& attempt, LogStream stream) {
  static char buffer[256u << 10];
  Fd& fd = stream == LogStream::out ? attempt.out : attempt.err;
  for (std::size_t total = 0; fd && total < kReadBytes;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return fd.reset();
    total += static_cast<std::size_t>(n);
    capture(attempt).feed(stream, {buffer, static_cast<std::size_t>(n)});
  }
}

void Tasks::on_output(std::uint64_t key) {
  const auto found = running_.find(AttemptId{static_cast<std::int64_t>(key >> 2)});
  if (found != running_.end()) read_stream(*found->second, static_cast<LogStream>(key & 3));
}

void Tasks::drain(Attempt& attempt) {
  read_stream(attempt, LogStream::out);
  read_stream(attempt, LogStream::err);
  attempt.out.reset();
  attempt.err.reset();
}

void Tasks::reap() {
  while (true) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) break;
    on_reaped(pid, status, usage);
  }
  if (!leaderless_.empty()) families_.look_for_orphans();
  const std::vector<AttemptId> ending(leaderless_.begin(), leaderless_.end());
  for (const AttemptId id : ending) settle(*running_.at(id));
  for (const pid_t stranger : families_.strangers()) signal_child(stranger, SIGKILL);
}

void Tasks::on_reaped(pid_t pid, int status, const rusage& usage) {
  const auto led = families_.attempt_led_by(pid);
  if (!led) {
    const auto owner = families_.orphan_reaped(pid);
    const auto found = owner ? running_.find(*owner) : running_.end();
    if (found != running_.end()) add_usage(found->second->usage, usage);
    return;
  }
  fault_point("FP11");
  Attempt& attempt = *running_.at(*led);
  families_.leader_reaped(pid);
  attempt.leader_gone = true;
  attempt.wait_status = status;
  attempt.ended_at = system_now().wall;
  add_usage(attempt.usage, usage);
  leaderless_.insert(*led);
}

message::ExitRecord Tasks::make_record(Attempt& attempt) {
  EndingFacts facts;
  facts.wait_status = attempt.wait_status;
  facts.stopped_for = attempt.stopped_for;
  facts.stop_reason = attempt.stop_reason;
  facts.killed = attempt.killed;
  facts.timeout = attempt.spawn.timeout;
  facts.grace = attempt.spawn.grace;
  facts.peak_memory = attempt.usage.peak_memory;
  facts.memory_limit = attempt.spawn.memory_limit;
  if (attempt.wait_status != 0) {
    oom_.look(system_now().boot, true);
    facts.kernel_oom =
        attempt.cgroup ? attempt.cgroup->kernel_oom() : oom_.killed_since(attempt.exec_at);
  }
  const Ending ending = ending_of(facts);
  message::ExitRecord record;
  record.attempt = attempt.spawn.attempt;
  record.run = attempt.spawn.run;
  record.cause = ending.cause;
  record.exit_code = ending.exit_code;
  record.signal = ending.signal;
  record.message = ending.message;
  record.started_at = attempt.started_at;
  record.ended_at = attempt.ended_at;
  record.usage = attempt.usage;
  record.note = attempt.spawn.note;
  return record;
}

void Tasks::finish(AttemptId id) {
  const auto found = running_.find(id);
  const std::unique_ptr<Attempt> attempt = std::move(found->second);
  running_.erase(found);
  leaderless_.erase(id);
  families_.remove(id);
  used_slots_ -= attempt->spawn.slots;
  drain(*attempt);
  message::ExitRecord record = make_record(*attempt);
  if (attempt->capture) attempt->capture->end_streams();
  if (!attempt->left_behind.empty()) capture(*attempt).say(leftover_words(attempt->left_behind));
  if (record.cause != Cause::none) {
    capture(*attempt).say(fmt::format("{}: {}", to_word(record.cause), record.message));
  }
  if (attempt->capture) {
    attempt->capture->finish();
    record.log_rules = attempt->capture->matched_patterns();
    record.usage.log_bytes = attempt->capture->task_bytes();
    record.usage.log_dropped = attempt->capture->dropped_bytes();
  }
  record_end(std::move(record));
}

void Tasks::record_end(message::ExitRecord record) {
  shell_.journal.append(journal::Ended{record});
  reports_.push_back(message::Exited{record});
  ended_.insert_or_assign(record.attempt, std::move(record));
}

}  // namespace tidemill
