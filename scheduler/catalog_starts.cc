// Runs that begin because a run of another dag ended.
//
// The end is committed first; the run that it starts follows in a later turn, in one transaction
// with the row that says so. What a crash leaves between the two is found again when the dag is
// taken up: ends that its triggers count and that no row decides.
#include "base/text.h"
#include "core/timetable_words.h"
#include "scheduler/catalog.h"

namespace tidemill {
namespace {

// Loops within the folder are refused; this bounds those of older versions and other ways.
constexpr int kMaxDepth = 32;
// Ends older than that were decided before the scheduler stopped, whatever the clock did.
constexpr Duration kLookBack = std::chrono::hours(24);

std::string states_text(const DagTrigger& trigger) {
  std::string text;
  for (const RunState state : trigger.states) {
    text += (text.empty() ? "" : ",") + std::string(to_word(state));
  }
  return text;
}

const DagTrigger* trigger_for(const Dag& dag, const std::string& source) {
  for (const DagTrigger& trigger : dag.dag_triggers) {
    if (trigger.dag == source) return &trigger;
  }
  return nullptr;
}

bool counts(const DagTrigger& trigger, RunState state) {
  return std::find(trigger.states.begin(), trigger.states.end(), state) != trigger.states.end();
}

}  // namespace

Status Catalog::take_triggers(Entry& entry, Now now) {
  std::map<std::string, DagTriggerRow> known;
  for (DagTriggerRow& row : TRY(reader_.dag_triggers(entry.row.name))) known[row.source] = row;
  for (const DagTrigger& trigger : entry.dag->dag_triggers) {
    const DagTriggerRow fresh{entry.row.name, trigger.dag, states_text(trigger), true, now.wall};
    const auto old = known.find(trigger.dag);
    const bool goes_on = old != known.end() && old->second.active &&
                         old->second.states == fresh.states;
    if (!goes_on) {
      rows_.dag_triggers.push_back(fresh);
    } else {
      const auto ends = TRY(reader_.undecided_ends(fresh.dag, fresh.source, old->second.since));
      ended_.insert(ended_.end(), ends.begin(), ends.end());
      if (old->second.since < now.wall - kLookBack) {
        old->second.since = now.wall - kLookBack;
        rows_.dag_triggers.push_back(old->second);
      }
    }
    if (old != known.end()) known.erase(old);
  }
  for (auto& [source, row] : known) {
    if (!row.active) continue;
    row.active = false;
    rows_.dag_triggers.push_back(row);
  }
  return take_dataset_triggers(entry);
}

// What happens while the file is away is of no concern when it comes back.
void Catalog::drop_triggers(Entry& entry, Now) {
  drop_dataset_triggers(entry);
  auto rows = reader_.dag_triggers(entry.row.name);
  if (!rows.ok()) return note_trouble("the triggers of " + entry.row.name, rows.error());
  for (DagTriggerRow& row : *rows) {
    if (!row.active) continue;
    row.active = false;
    rows_.dag_triggers.push_back(std::move(row));
  }
}

void Catalog::note_listeners() {
  listeners_.clear();
  for (const auto& [name, entry] : entries_) {
    if (entry.dag == nullptr) continue;
    for (const DagTrigger& trigger : entry.dag->dag_triggers) listeners_[trigger.dag].insert(name);
  }
}

void Catalog::follow_ends(Engine& engine, Now now) {
  for (const RunId run : std::exchange(ended_, {})) {
    const Status followed = follow_end(run, engine, now);
    if (!followed.ok()) {
      note_trouble(fmt::format("what the end of run {} starts", run.value), followed.error());
    }
  }
}

Status Catalog::follow_end(RunId run, Engine& engine, Now now) {
  const RunRow source = TRY(runs_.run(run));
  // Cleared and running again: its next end counts.
  if (!is_terminal(source.state)) return Ok{};
  const auto listeners = listeners_.find(source.dag_name);
  if (listeners == listeners_.end()) return Ok{};
  for (const std::string& name : listeners->second) {
    TRY(decide_start(entries_.at(name), source, engine, now));
  }
  return Ok{};
}

Status Catalog::decide_start(Entry& entry, const RunRow& source, Engine& engine, Now now) {
  const DagTrigger* trigger = trigger_for(*entry.dag, source.dag_name);
  if (trigger == nullptr || !counts(*trigger, source.state)) return Ok{};
  for (const DagStartRow& row : rows_.dag_starts) {
    if (row.dag == entry.row.name && row.source_run == source.id) return Ok{};
  }
  if (TRY(reader_.dag_start(entry.row.name, source.id))) return Ok{};
  rows_.dag_starts.push_back(TRY(start_after(entry, source, engine, now)));
  return Ok{};
}

Result<int> Catalog::depth_of(RunId run) {
  return std::max(TRY(reader_.start_depth(run)), TRY(datasets_.start_depth(run)));
}

// The rules of schedules hold here too; see core/timetable_decide.cc.
std::optional<std::pair<Decision, std::string>> Catalog::obstacle_to(const Entry& entry, int depth,
                                                                     const Engine& engine,
                                                                     Now now) const {
  const TimetableInput input = input_of(entry, engine);
  for (const Hold& hold : input.holds) {
    if (!hold.covers(now.wall)) continue;
    return std::pair(hold.kind == Hold::Kind::paused ? Decision::paused : Decision::frozen,
                     hold_reason(hold, now.wall));
  }
  if (depth > kMaxDepth) {
    return std::pair(
        Decision::missed,
        fmt::format("{} runs have started each other already: this looks like a loop", kMaxDepth));
  }
  const bool full = input.unfinished_runs >= input.max_active_runs;
  if (full && input.on_overlap == Dag::OnOverlap::skip) {
    return std::pair(Decision::overlapping, skip_reason(input.max_active_runs));
  }
  const auto unfinished = static_cast<std::size_t>(input.unfinished_runs);
  if (unfinished >= input.catch_up.max_waiting) {
    return std::pair(Decision::capped, waiting_capped_reason(unfinished));
  }
  return std::nullopt;
}

Result<DagStartRow> Catalog::start_after(const Entry& entry, const RunRow& source, Engine& engine,
                                         Now now) {
  DagStartRow row{
      entry.row.name, source.id, source.dag_name, source.state, Decision::missed, {}, 1, {},
      now.wall};
  row.depth = TRY(depth_of(source.id)) + 1;
  const auto decide = [&](Decision decision, std::string reason) {
    row.decision = decision;
    row.reason = std::move(reason);
    return row;
  };
  if (auto obstacle = obstacle_to(entry, row.depth, engine, now)) {
    return decide(obstacle->first, std::move(obstacle->second));
  }
  Purpose purpose;
  purpose.trigger = TriggerKind::dag;
  purpose.origin = fmt::format("run {} of {}", source.id.value, source.dag_name);
  // The data is that of the run before.
  purpose.interval_start = source.interval_start;
  purpose.interval_end = source.interval_end;
  const auto run = start_run(entry, purpose, engine, now);
  if (!run.ok()) {
    note_trouble(fmt::format("{} after run {} of {}", row.dag, source.id.value, row.source),
                 run.error());
    return decide(Decision::missed, "no run could be made: " + run.error().message);
  }
  row.run = *run;
  return decide(Decision::run, "");
}

}  // namespace tidemill
