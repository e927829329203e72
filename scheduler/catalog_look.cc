// What is due: instants become runs or recorded decisions.
#include "base/text.h"
#include "core/params.h"
#include "scheduler/catalog.h"

namespace tidemill {
namespace {

std::string problems_text(const BoundParams& bound) {
  std::string text;
  for (const ParamProblem& problem : bound.problems) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", problem.name, problem.message);
  }
  return text;
}

}  // namespace

std::optional<WallTime> Catalog::next_look() const {
  if (backfills_due_ || !ended_.empty() || !news_.empty()) return WallTime{};
  std::optional<WallTime> next;
  if (!looks_.empty()) next = looks_.begin()->first;
  for (const auto& [id, freeze] : freezes_) {
    if (freeze.until.us != 0 && (!next || freeze.until < *next)) next = freeze.until;
  }
  return next;
}

void Catalog::look_again(Entry& entry, WallTime at) {
  if (entry.look_at.us != 0) looks_.erase({entry.look_at, entry.row.name});
  entry.look_at = at;
  if (at.us != 0) looks_.insert({at, entry.row.name});
}

void Catalog::look(Engine& engine, Now now) {
  std::vector<std::string> due;
  for (const auto& [at, name] : looks_) {
    if (at > now.wall) break;
    due.push_back(name);
  }
  for (const std::string& name : due) look_at(entries_.at(name), engine, now);
  follow_ends(engine, now);
  follow_updates(engine, now);
  settle_freezes(engine, now);
  look_at_backfills(engine, now);
}

TimetableInput Catalog::input_of(const Entry& entry, const Engine& engine) const {
  TimetableInput input;
  input.dag = entry.row.name;
  input.schedules = entry.schedules;
  input.catch_up = catch_up_of(*entry.dag);
  input.max_active_runs = entry.dag->max_active_runs;
  input.on_overlap = entry.dag->on_overlap;
  input.unfinished_runs = static_cast<int>(engine.unfinished_runs(entry.row.name));
  if (entry.row.paused) {
    input.holds.push_back({Hold::Kind::paused, entry.row.paused_at, std::nullopt,
                           entry.row.paused_reason, entry.row.paused_by});
  }
  for (const auto& [id, freeze] : freezes_) input.holds.push_back(hold_of(freeze));
  for (const auto& [id, backfill] : backfills_) {
    if (backfill.row.dag != entry.row.name) continue;
    input.backfills.push_back(
        {id, backfill.row.schedule_key, backfill.row.request.from, backfill.row.request.until});
  }
  return input;
}

void Catalog::look_at(Entry& entry, Engine& engine, Now now) {
  if (entry.dag == nullptr || entry.schedules.empty()) {
    if (entry.next_instant) changed_.insert(entry.row.name);
    entry.next_instant.reset();
    return look_again(entry, {});
  }
  TimetablePlan plan = plan_timetable(input_of(entry, engine), now.wall);
  if (plan.reload) {
    const Status reloaded = reload_schedules(entry, now);
    if (!reloaded.ok()) note_trouble("the schedules of " + entry.row.name, reloaded.error());
    plan = plan_timetable(input_of(entry, engine), now.wall);
  }
  for (const InstantDecision& decision : plan.decisions) carry_out(entry, decision, engine, now);
  for (std::size_t i = 0; i < entry.schedules.size(); ++i) {
    if (plan.decided_until[i] == entry.schedules[i].decided_until) continue;
    rows_.decided.push_back({entry.row.name, entry.schedules[i].key, plan.decided_until[i]});
  }
  follow(plan, entry.schedules);
  if (entry.next_instant != plan.next_instant) {
    entry.next_instant = plan.next_instant;
    changed_.insert(entry.row.name);
    view_changed_ = true;
  }
  look_again(entry, plan.next_instant ? plan.look_again : WallTime{});
}

void Catalog::carry_out(Entry& entry, const InstantDecision& decision, Engine& engine, Now now) {
  if (decision.is_block()) {
    rows_.blocks.push_back(block_row(decision, now.wall));
    return;
  }
  if (decision.decision != Decision::run) {
    rows_.instants.push_back(instant_row(decision, {}, now.wall));
    return;
  }
  const auto run = start_run(entry,
                             {TriggerKind::schedule,
                              "schedule",
                              decision.instant,
                              decision.interval_start,
                              decision.interval_end,
                              {},
                              0},
                             engine, now);
  InstantDecision made = decision;
  if (!run.ok()) {
    made.decision = Decision::missed;
    made.reason = "no run could be made: " + run.error().message;
    note_trouble(fmt::format("{} at {}", entry.row.name, decision.label), run.error());
    // A row that says why it was held back must not be overwritten by another refusal.
    if (decision.replaces) return;
  }
  rows_.instants.push_back(instant_row(made, run.ok() ? *run : RunId{}, now.wall));
}

Result<RunId> Catalog::start_run(const Entry& entry, const Purpose& purpose, Engine& engine,
                                 Now now) {
  Json::Object params = purpose.params;
  if (purpose.backfill != 0 && engine.param_seal() != nullptr) {
    params = TRY(engine.param_seal()->open(*entry.dag, std::move(params)));
  }
  BoundParams bound = bind_params(*entry.dag, Json(std::move(params)));
  if (!bound.problems.empty()) return invalid(problems_text(bound));
  SubmitRequest request;
  request.dag = entry.dag;
  request.known_version = entry.row.version;
  request.directory = entry.directory;
  request.origin = purpose.origin;
  request.trigger = purpose.trigger;
  request.backfill = purpose.backfill;
  request.options.params = std::move(bound.values);
  request.options.scheduled_for = purpose.instant;
  request.options.interval_start = purpose.interval_start;
  request.options.interval_end = purpose.interval_end;
  request.options.seed = static_cast<std::uint64_t>(now.wall.us);
  return engine.submit(request, now);
}

void Catalog::on_run_ended(RunId run, RunState state) {
  const auto found = backfill_runs_.find(run);
  if (found != backfill_runs_.end()) {
    const auto [id, position] = found->second;
    backfills_.at(id).slots[position].run_state = state;
    backfill_runs_.erase(found);
    backfills_due_ = true;
  }
  if (!listeners_.empty()) ended_.push_back(run);
}

}  // namespace tidemill
