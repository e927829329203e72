#include <sys/epoll.h>

#include <algorithm>

#include "base/fault_point.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

// A task that ends sooner never enters the poll set: its pipes hold what it wrote and are emptied
// at its end, which saves four system calls and two wake-ups.
constexpr Duration kYoung = std::chrono::milliseconds(5);

void earlier(std::optional<BootTime>& first, BootTime time) {
  if (!first || time < *first) first = time;
}

bool waits_for_leftovers(const Attempt& attempt) {
  return attempt.leftovers_end_at && attempt.left_behind.empty() && !attempt.killed;
}

}  // namespace

void Tasks::get_ready() {
  constexpr std::size_t kAhead = 4;
  if (!queue_.empty())
    pipes_.fill(std::min({queue_.size(), static_cast<std::size_t>(slots_), kAhead}));
}

void Tasks::watch(Attempt& attempt) {
  attempt.watched = true;
  prefer_for_oom(attempt.leader);
  for (const LogStream stream : {LogStream::out, LogStream::err}) {
    const Fd& fd = stream == LogStream::out ? attempt.out : attempt.err;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = output_key(attempt.spawn.attempt, stream);
    CHECK(!fd || ::epoll_ctl(shell_.poll, EPOLL_CTL_ADD, fd.get(), &event) == 0);
  }
}

void Tasks::tick_one(Attempt& attempt, BootTime now) {
  if (!attempt.watched && now >= attempt.exec_at + kYoung) watch(attempt);
  const Duration timeout = attempt.spawn.timeout;
  const bool may_time_out = timeout.count() > 0 && !attempt.stopped_for && !attempt.leader_gone;
  if (may_time_out && now >= attempt.exec_at + timeout) stop(attempt, Cause::timeout, "", false);
  if (attempt.kill_at && now >= *attempt.kill_at) kill_now(attempt);
}

void Tasks::tick() {
  const BootTime now = system_now().boot;
  enforce_lease(now);
  if (running_.empty()) return;
  bool sample = false;
  std::vector<AttemptId> due;
  for (auto& [id, attempt] : running_) {
    tick_one(*attempt, now);
    sample = sample || (attempt->sample_at && now >= *attempt->sample_at);
    if (waits_for_leftovers(*attempt) && now >= *attempt->leftovers_end_at) due.push_back(id);
  }
  if (!due.empty()) families_.look_for_orphans();
  for (const AttemptId id : due) settle(*running_.at(id));
  if (sample) sample_memory(now);
  oom_.look(now);
}

std::optional<BootTime> Tasks::next_deadline() const {
  std::optional<BootTime> first = retry_at_;
  if (const auto lease = lease_deadline()) earlier(first, *lease);
  for (const auto& [id, attempt] : running_) {
    if (!attempt->watched) earlier(first, attempt->exec_at + kYoung);
    if (attempt->kill_at) earlier(first, *attempt->kill_at);
    if (attempt->sample_at) earlier(first, *attempt->sample_at);
    if (waits_for_leftovers(*attempt)) earlier(first, *attempt->leftovers_end_at);
    const bool may_time_out = attempt->spawn.timeout.count() > 0 && !attempt->stopped_for;
    if (may_time_out) earlier(first, attempt->exec_at + attempt->spawn.timeout);
  }
  return first;
}

void Tasks::adopt(std::vector<message::ExitRecord> ended) {
  for (message::ExitRecord& record : ended)
    ended_.insert_or_assign(record.attempt, std::move(record));
}

void Tasks::forget(const message::Forget& forget) {
  fault_point("FP16");
  journal::Forgotten forgotten;
  for (const AttemptId attempt : forget.attempts) {
    if (ended_.erase(attempt) > 0) forgotten.attempts.push_back(attempt);
    ended_masks_.erase(attempt);
  }
  if (!forgotten.attempts.empty()) shell_.journal.append(std::move(forgotten));
}

std::vector<Message> Tasks::inventory(const std::string& boot_id) const {
  using Stage = message::KnownAttempt::Stage;
  message::Inventory inventory{boot_id, {}};
  std::vector<Message> messages(1);
  queue_.for_each([&](const message::Spawn& spawn) {
    inventory.attempts.push_back({{spawn.attempt, Stage::queued}, spawn.note, spawn.masks});
  });
  for (const auto& [id, attempt] : running_) {
    inventory.attempts.push_back({{id, Stage::running}, attempt->spawn.note, attempt->masks});
    messages.emplace_back(message::Spawned{id, attempt->leader, attempt->started_at});
  }
  for (const auto& [id, record] : ended_) {
    const auto masks = ended_masks_.find(id);
    inventory.attempts.push_back(
        {{id, Stage::ended},
         record.note,
         masks == ended_masks_.end() ? std::vector<std::string>{} : masks->second});
    messages.emplace_back(message::Exited{record});
  }
  messages.front() = std::move(inventory);
  return messages;
}

std::vector<journal::Record> Tasks::journal_records(const std::string& boot_id) const {
  std::vector<journal::Record> records = {journal::Opened{1, boot_id}};
  for (const auto& [id, attempt] : running_) records.emplace_back(attempt->begun);
  for (const auto& [id, record] : ended_) records.emplace_back(journal::Ended{record});
  return records;
}

}  // namespace tidemill
