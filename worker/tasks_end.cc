#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/fault_point.h"
#include "base/text.h"
#include "worker/ending.h"
#include "worker/signals.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

// A pipe holds 64 KiB, or 1 MiB when the task enlarged it.
constexpr int kDrainRounds = 32;

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
    attempt.capture = std::make_unique<Capture>(attempt.spawn.log_path, shell_.options.log_cap,
                                                shell_.sync, attempt.masks,
                                                attempt.spawn.log_patterns);
  }
  return *attempt.capture;
}

// Called only when there is something to read, or the stream has ended: our ends block.
void Tasks::read_stream(Attempt& attempt, LogStream stream) {
  static char buffer[256u << 10];
  Fd& fd = stream == LogStream::out ? attempt.out : attempt.err;
  if (!fd) return;
  const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) return fd.reset();
  capture(attempt).feed(stream, {buffer, static_cast<std::size_t>(n)});
}

void Tasks::on_output(std::uint64_t key) {
  const auto found = running_.find(AttemptId{static_cast<std::int64_t>(key >> 2)});
  if (found != running_.end()) read_stream(*found->second, static_cast<LogStream>(key & 3));
}

// After the end of all processes of an attempt its pipes hold what they wrote last, at most. A
// stranger who was handed a write end may go on writing; nobody waits for him.
void Tasks::drain(Attempt& attempt) {
  for (int round = 0; round < kDrainRounds && (attempt.out || attempt.err); ++round) {
    std::array<pollfd, 2> fds = {{{attempt.out.get(), POLLIN, 0}, {attempt.err.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), 0) <= 0) break;
    const bool out = (fds[0].revents & POLLIN) != 0;
    const bool err = (fds[1].revents & POLLIN) != 0;
    if (out) read_stream(attempt, LogStream::out);
    if (err) read_stream(attempt, LogStream::err);
    if (!out && !err) break;
  }
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
  std::vector<std::unique_ptr<Attempt>> gone;
  const std::vector<AttemptId> ending(leaderless_.begin(), leaderless_.end());
  for (const AttemptId id : ending) {
    const auto orphans = families_.orphans_of(id);
    if (orphans.empty()) {
      gone.push_back(release(id));
    } else {
      end_leftovers(*running_.at(id), orphans);
    }
  }
  start_queued();
  for (auto& attempt : gone) finish(std::move(attempt));
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
    facts.oom = attempt.cgroup ? attempt.cgroup->oom_evidence() : OomEvidence::unknown;
    // Without the memory controller in its group, what the whole host counts is all there is.
    if (facts.oom == OomEvidence::unknown) facts.oom = oom_.since(attempt.exec_at);
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

// Nothing of the attempt is left; its slots are free.
std::unique_ptr<Attempt> Tasks::release(AttemptId id) {
  const auto found = running_.find(id);
  std::unique_ptr<Attempt> attempt = std::move(found->second);
  running_.erase(found);
  leaderless_.erase(id);
  families_.remove(id);
  used_slots_ -= attempt->spawn.slots;
  return attempt;
}

void Tasks::finish(std::unique_ptr<Attempt> attempt) {
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
  if (!attempt->masks.empty()) ended_masks_[attempt->spawn.attempt] = std::move(attempt->masks);
  record_end(std::move(record));
}

void Tasks::record_end(message::ExitRecord record) {
  shell_.journal.append(journal::Ended{record});
  reports_.push_back(message::Exited{record});
  ended_.insert_or_assign(record.attempt, std::move(record));
}

}  // namespace tidemill
