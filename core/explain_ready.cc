// Why a ready task is not granted, and where a granted one is: the reasons of Placement in words.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "core/explain_words.h"

namespace tidemill {
namespace {

using Kind = Blocker::Kind;

// An amount in the words of its unit.
std::string amount(const std::string& what, std::int64_t value) {
  if (what == "memory") return format_bytes(static_cast<std::uint64_t>(value));
  if (what == "cpu") {
    return fmt::format("{} {}", static_cast<double>(value) / 1000,
                       value == 1000 ? "core" : "cores");
  }
  if (what == "gpu") return fmt::format("{} {}", value, value == 1 ? "GPU" : "GPUs");
  return plural(value, "slot");
}

std::string bare_amount(const std::string& what, std::int64_t value) {
  if (what == "memory") return format_bytes(static_cast<std::uint64_t>(value));
  if (what == "cpu") return fmt::format("{}", static_cast<double>(value) / 1000);
  return fmt::format("{}", value);
}

// Pools of a run are named "<run>/<pool>" inside.
std::string pool_name(const Subject& subject, const std::string& name) {
  const std::string prefix = fmt::format("{}/", subject.run.id.value);
  return "pool " + (name.starts_with(prefix) ? name.substr(prefix.size()) : name);
}

std::string holder_name(const Subject& subject, RunId run, TaskIndex task) {
  if (run == subject.run.id && task < subject.dag.tasks.size()) return subject.dag.tasks[task].id;
  if (subject.namer) return subject.namer(run, task);
  return fmt::format("task {} of run {}", task, run.value);
}

// Of resources it is said how much each holds, but not of one slot or one device.
bool is_amount_telling(const Blocker& blocker, const Holder& holder) {
  if (blocker.kind != Kind::resources) return false;
  return blocker.what != "gpu" || holder.amount > 1;
}

std::string holders(const Subject& subject, const Blocker& blocker) {
  std::vector<std::string> names;
  for (const Holder& holder : blocker.holders) {
    std::vector<std::string> more;
    if (is_amount_telling(blocker, holder)) more.push_back(amount(blocker.what, holder.amount));
    if (holder.since) more.push_back("for " + format_duration(subject.now.boot - *holder.since));
    std::string name = holder_name(subject, holder.run, holder.task);
    if (!more.empty()) name += fmt::format(" ({})", join(more, ", "));
    names.push_back(std::move(name));
  }
  return list_some(names);
}

// "2 of 2 slots are in use by train (for 3m 12s) and audit".
std::string use(const Subject& subject, const Blocker& blocker, const std::string& what) {
  // What is granted ahead waits at its worker, for the same slots.
  const std::int64_t in_use = blocker.kind == Kind::no_slot
                                  ? std::min(blocker.in_use, blocker.total)
                                  : blocker.in_use;
  const bool is_one = in_use == 1 && what != "memory";
  std::string text = fmt::format("{} of {} {} in use", bare_amount(what, in_use),
                                 amount(what, blocker.total), is_one ? "is" : "are");
  if (!blocker.holders.empty()) text += " by " + holders(subject, blocker);
  return text;
}

std::string labels(const std::string& what) {
  const bool several = what.find(',') != std::string::npos;
  return (several ? "all of the labels " : "the label ") + what;
}

std::string too_big(const Blocker& blocker) {
  if (blocker.what.empty()) return "it can never start here: no worker has all that it asks for";
  return fmt::format("it can never start here: it asks for {}{} and the largest worker has {}",
                     amount(blocker.what, blocker.needed),
                     blocker.what == "memory" ? " of memory" : "",
                     bare_amount(blocker.what, blocker.total));
}

std::string reserved(const Subject& subject, const Blocker& blocker) {
  const Holder& older = blocker.holders.front();
  return fmt::format("the next room{} is kept for {}, which is ahead of it (ready for {})",
                     blocker.what.empty() ? "" : " in " + pool_name(subject, blocker.what),
                     holder_name(subject, older.run, older.task),
                     format_duration(subject.now.boot - *older.since));
}

// Why tasks that became ready later are ahead of it; empty when there are none.
std::string longer_ahead(const Blocker& blocker) {
  if (blocker.longer_ahead == 0) return "";
  if (blocker.longer_ahead >= blocker.ahead) return ", for a longer way to the end of the run";
  return fmt::format(", {} of them for a longer way to the end of the run", blocker.longer_ahead);
}

// One clause about "it".
std::string clause(const Subject& subject, const Blocker& blocker) {
  const std::string& what = blocker.what;
  switch (blocker.kind) {
    case Kind::none:
      return "it starts in the next turn of the scheduler";
    case Kind::paused:
      return fmt::format("nothing is started at the moment: {}", what);
    case Kind::no_worker:
      return "no worker is connected";
    case Kind::draining:
      return blocker.workers == 1
                 ? "the only worker that could run it is draining"
                 : fmt::format("all {} workers that could run it are draining", blocker.workers);
    case Kind::no_label:
      return fmt::format("no worker has {} ({} connected)", labels(what),
                         blocker.workers == 1 ? "1 is" : fmt::format("{} are", blocker.workers));
    case Kind::too_big:
      return too_big(blocker);
    case Kind::pool_unknown:
      return pool_name(subject, what) + " does not exist";
    case Kind::pool_too_small:
      return fmt::format("it can never start here: it asks for {} of {}, which has {}",
                         plural(blocker.needed, "slot"), pool_name(subject, what), blocker.total);
    case Kind::pool_full:
      return fmt::format("it waits for {} of {}: {}",
                         blocker.needed == 1 ? "a slot" : plural(blocker.needed, "slot"),
                         pool_name(subject, what), use(subject, blocker, "slots"));
    case Kind::run_full:
      return fmt::format("its run may have {} active at once (max_active_tasks), now {}",
                         plural(blocker.total, "task"), holders(subject, blocker));
    case Kind::no_slot:
      return fmt::format("it waits for {}: {}",
                         blocker.needed == 1
                             ? "a free slot"
                             : plural(blocker.needed, "free slot") + " on one worker",
                         use(subject, blocker, "slots"));
    case Kind::resources:
      return fmt::format("it waits for {}{} on one worker: {}", amount(what, blocker.needed),
                         what == "memory" ? " of memory" : "", use(subject, blocker, what));
    case Kind::reserved:
      return reserved(subject, blocker);
    case Kind::behind_others:
      return fmt::format("it starts after {}{}",
                         blocker.ahead == 1
                             ? "1 task that is ahead of it"
                             : fmt::format("{} tasks that are ahead of it", blocker.ahead),
                         longer_ahead(blocker));
  }
  UNREACHABLE();
}

std::string ahead(const Blocker& blocker) {
  const bool is_told = blocker.kind == Kind::behind_others || blocker.kind == Kind::reserved;
  if (blocker.ahead == 0 || is_told) return "";
  return fmt::format("; {} ahead of it{}",
                     blocker.ahead == 1 ? "1 task is" : fmt::format("{} tasks are", blocker.ahead),
                     longer_ahead(blocker));
}

std::string ready_since(const Subject& subject) {
  const TaskRun& state = subject.state();
  std::string text = subject.name() + " is ready";
  if (state.ready_at != WallTime{}) {
    text = fmt::format("{} has been ready for {}", subject.name(),
                       time_since(state.ready_at, subject.now.wall));
  }
  return text;
}

// A pool belongs to one run, so its use can be told from the run alone.
std::optional<Blocker> full_pool(const Subject& subject) {
  const auto& pools = subject.dag.pools;
  const std::string& name = subject.spec().pool;
  const auto pool = std::find_if(pools.begin(), pools.end(),
                                 [&](const PoolSpec& candidate) { return candidate.name == name; });
  if (name.empty() || pool == pools.end()) return std::nullopt;
  Blocker blocker;
  blocker.kind = Kind::pool_full;
  blocker.what = name;
  blocker.needed = subject.spec().slots;
  blocker.total = pool->slots;
  for (TaskIndex task = 0; task < subject.dag.tasks.size(); ++task) {
    const TaskRun& state = subject.run.tasks[task];
    const TaskSpec& spec = subject.dag.tasks[task];
    if (!is_live(state.state) || spec.pool != name) continue;
    blocker.in_use += spec.slots;
    Holder holder{subject.run.id, task, {}, spec.slots, std::nullopt};
    if (state.state == TaskState::running && state.started_at <= subject.now.wall) {
      holder.since = subject.now.boot - (subject.now.wall - state.started_at);
    }
    blocker.holders.push_back(holder);
  }
  if (blocker.in_use + blocker.needed <= blocker.total) return std::nullopt;
  return blocker;
}

// "1 GPU, 8 GiB of memory and the label gpu".
std::string wants(const TaskSpec& spec) {
  std::vector<std::string> all;
  if (spec.slots > 1) all.push_back(amount("slots", spec.slots));
  if (spec.resources.gpu > 0) all.push_back(amount("gpu", spec.resources.gpu));
  if (spec.resources.memory > 0) {
    all.push_back(format_bytes(spec.resources.memory) + " of memory");
  }
  if (spec.resources.cpu > 0) {
    all.push_back(amount("cpu", static_cast<std::int64_t>(spec.resources.cpu * 1000)));
  }
  if (!spec.runs_on.empty()) all.push_back(labels(join(spec.runs_on, ", ")));
  return list_some(all, all.size());
}

// Of a run whose scheduler is another process, or gone.
Explanation explain_ready_from_rows(const Subject& subject) {
  Explanation said;
  if (const auto full = full_pool(subject)) {
    said.sentence = fmt::format("{}: {}", ready_since(subject), clause(subject, *full));
    return said;
  }
  const std::string wanted = wants(subject.spec());
  said.sentence = ready_since(subject) + " and waits for a worker with room";
  if (!wanted.empty()) said.sentence += "; it asks for " + wanted;
  return said;
}

void add_queue_timeout(const Subject& subject, Explanation& said) {
  const Duration limit = subject.spec().queue_timeout;
  const TaskRun& state = subject.state();
  if (limit <= Duration::zero() || state.ready_at == WallTime{}) return;
  const WallTime at = state.ready_at + limit;
  said.details.push_back(fmt::format("it gives up at {} (queue_timeout, in {})", format_rfc3339(at),
                                     time_until(at, subject.now.wall)));
}

std::string where(const Subject& subject, const std::optional<Holder>& holder) {
  return holder ? " on " + subject.placement->worker_name(holder->worker) : "";
}

std::optional<Holder> holder_of(const Subject& subject) {
  if (subject.placement == nullptr) return std::nullopt;
  return subject.placement->holder(subject.run.id, subject.index);
}

bool is_being_stopped(const TaskRun& state) { return state.cause != Cause::none; }

std::string stopping(const Subject& subject) {
  const Cause why = subject.state().cause;
  std::string because = "the run is being cancelled";
  if (why == Cause::timeout) {
    because = "its time is up";
  } else if (subject.state().on_stop) {
    because = subject.state().reason;
  } else if (!subject.run.reason.empty()) {
    because = (subject.run.timed_out ? "the run " : "the run was ") + subject.run.reason;
  }
  return fmt::format("it is being stopped ({}) and has {} to end before it is killed", because,
                     format_duration(subject.spec().grace));
}

}  // namespace

Explanation explain_ready(const Subject& subject) {
  Explanation said;
  if (subject.run.paused) {
    said.sentence = fmt::format("{} may start, but the run is {}", subject.name(),
                                pause_clause(subject.run, subject.now.wall));
    said.details.push_back("next check: when the run is resumed");
    return said;
  }
  if (subject.placement == nullptr) {
    said = explain_ready_from_rows(subject);
  } else {
    const auto reasons = subject.placement->blockers(subject.run.id, subject.index,
                                                     subject.now.boot);
    const Blocker& first = reasons.front();
    said.sentence = fmt::format("{}: {}{}", ready_since(subject), clause(subject, first),
                                ahead(first));
    for (std::size_t i = 1; i < reasons.size(); ++i) {
      said.details.push_back("also: " + clause(subject, reasons[i]) + ahead(reasons[i]));
    }
    said.details.push_back("next check: when a task ends or a worker or pool changes");
  }
  if (subject.state().attempts > 0) {
    said.details.push_back("last " + attempts_clause(subject.spec(), subject.state()));
  }
  add_queue_timeout(subject, said);
  return said;
}

std::string waits_for(const Dag& dag, const Run& run, TaskIndex task, const Placement& placement,
                      Now now) {
  const TaskNamer namer;
  const Subject subject{dag, run, task, &placement, now, namer};
  const std::optional<Holder> holder = placement.holder(run.id, task);
  if (!holder) return clause(subject, placement.why_waiting(run.id, task, now.boot));
  return fmt::format("it was granted to {}, {}", placement.worker_name(holder->worker),
                     placement.is_granted_ahead(holder->worker)
                         ? "all of whose slots are busy"
                         : "which has not reported its start");
}

std::string waiting_note(const Dag& dag, const Run& run, TaskIndex task, const Placement& placement,
                         Now now) {
  return fmt::format("{} waits: {}", dag.tasks[task].id, waits_for(dag, run, task, placement, now));
}

Explanation explain_dispatched(const Subject& subject) {
  const std::optional<Holder> holder = holder_of(subject);
  Explanation said;
  if (is_being_stopped(subject.state())) {
    said.sentence = fmt::format("{} was granted{}; {}", subject.name(), where(subject, holder),
                                stopping(subject));
  } else if (holder && subject.placement->is_granted_ahead(holder->worker)) {
    said.sentence = fmt::format("{} waits in the queue of {}, all of whose slots are busy",
                                subject.name(), subject.placement->worker_name(holder->worker));
  } else {
    said.sentence = fmt::format("{} is starting{}", subject.name(), where(subject, holder));
  }
  if (holder && holder->since) {
    said.details.push_back("granted " + format_duration(subject.now.boot - *holder->since) +
                           " ago");
  }
  said.details.push_back(attempts_clause(subject.spec(), subject.state()));
  add_queue_timeout(subject, said);
  return said;
}

Explanation explain_running(const Subject& subject) {
  const TaskRun& state = subject.state();
  const WallTime now = subject.now.wall;
  Explanation said;
  said.sentence = fmt::format("{} has been running for {}{}", subject.name(),
                              time_since(state.started_at, now),
                              where(subject, holder_of(subject)));
  const Duration timeout = subject.spec().timeout;
  if (is_being_stopped(state)) {
    said.sentence += "; " + stopping(subject);
  } else if (timeout > Duration::zero()) {
    const WallTime at = state.started_at + timeout;
    said.sentence += at > now ? fmt::format("; it times out in {}", time_until(at, now))
                              : fmt::format(
                                    "; its timeout of {} has passed and it is about to be "
                                    "stopped",
                                    format_duration(timeout));
  }
  said.details.push_back(attempts_clause(subject.spec(), state));
  said.details.push_back("started at " + format_rfc3339(state.started_at));
  return said;
}

}  // namespace tidemill
