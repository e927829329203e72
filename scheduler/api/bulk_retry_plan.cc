#include "scheduler/api/bulk_retry_plan.h"

#include "base/hash.h"
#include "base/text.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;

Status read_state(const std::string& word, UnwellFilter& filter) {
  const auto state = run_state_from(word);
  const bool unwell = state == RunState::failed || state == RunState::partial ||
                      state == RunState::cancelled;
  if (!unwell) return invalid("where.state: failed, partial or cancelled");
  filter.state = *state;
  return Ok{};
}

Status read_cause(const std::string& word, UnwellFilter& filter) {
  if (word.empty()) return Ok{};
  const auto cause = cause_from(word);
  if (!cause || *cause == Cause::none) {
    return invalid(
        "where.cause: exit, signal, timeout, oom, exec_failed, cancelled, lost, contract or gate");
  }
  filter.cause = cause;
  return Ok{};
}

Result<UnwellFilter> read_filter(const Json& where) {
  if (!where.is_object() || where.as_object().empty()) {
    return invalid(
        "where: name at least one of dag, task, state, cause, from and until, so that not every "
        "run is meant by mistake");
  }
  const Json::Object& body = where.as_object();
  TRY(only_members(body, {"dag", "task", "state", "cause", "from", "until"}));
  UnwellFilter filter;
  filter.dag = TRY(text_member(body, "dag"));
  filter.task = TRY(text_member(body, "task"));
  const std::string state = TRY(text_member(body, "state", "failed"));
  TRY(read_state(state, filter));
  const std::string cause = TRY(text_member(body, "cause"));
  TRY(read_cause(cause, filter));
  if (const auto from = TRY(time_member(body, "from"))) filter.from = *from;
  if (const auto until = TRY(time_member(body, "until"))) filter.until = *until;
  if (filter.from >= filter.until) return invalid("where: from must be before until");
  return filter;
}

class Planner {
 public:
  Planner(Context& context, const Request& request, RunReader& reader)
      : context_(context), request_(request), reader_(reader) {}

  Status add(const UnwellRun& found) {
    if (!may_read(request_.who, found.dag)) return Ok{};
    if (!allows(request_.who, Permission::operate, found.dag)) {
      ++plan_.not_allowed;
      return Ok{};
    }
    const RunView view = TRY(load_run(context_, reader_, found.run));
    std::vector<TaskIndex> tasks;
    for (const std::int64_t task : found.tasks) tasks.push_back(static_cast<TaskIndex>(task));
    const auto clear = plan_clear(*view.live.dag, view.live.run, tasks, ClearReach::failed);
    clear.ok() ? take(found, view, *clear) : skip(found, clear.error().message);
    return Ok{};
  }

  BulkRetryPlan finish(const BulkRetryWish& wish) && {
    mark_canaries(wish.rule);
    std::string text = fmt::format("{} {} {}", wish.rule.canary, wish.rule.max_parallel,
                                   wish.rule.max_failures);
    for (const Json& run : plan_.shown) text += "\n" + run.dump();
    plan_.token = sha256_hex(text).substr(0, 16);
    return std::move(plan_);
  }

 private:
  void take(const UnwellRun& found, const RunView& view, const ClearPlan& clear) {
    const RunRow& row = view.stored.row;
    BulkRetryRunRow item;
    item.run = found.run;
    item.dag = found.dag;
    item.tasks = found.tasks;
    item.control_seq = row.control_seq;
    item.item.was = row.state;
    plan_.runs.push_back(std::move(item));
    Json::Array tasks;
    for (const PlannedChange& change : clear.tasks) {
      tasks.emplace_back(view.live.dag->tasks[change.task].id);
    }
    Json json;
    json.set("run", found.run.value);
    json.set("dag", found.dag);
    json.set("was", to_word(row.state));
    json.set("reason", text_or_null(row.reason));
    json.set("ended_at", time_or_null(row.ended_at));
    json.set("tasks", std::move(tasks));
    json.set("canary", false);
    plan_.shown.push_back(std::move(json));
  }

  void skip(const UnwellRun& found, const std::string& why) {
    Json json;
    json.set("run", found.run.value);
    json.set("dag", found.dag);
    json.set("reason", why);
    plan_.skipped.push_back(std::move(json));
  }

  void mark_canaries(const BulkRetryRule& rule) {
    std::vector<BulkItem> items;
    for (const BulkRetryRunRow& run : plan_.runs) items.push_back(run.item);
    const std::vector<bool> is_canary = canaries(items, rule);
    for (std::size_t i = 0; i < items.size(); ++i) plan_.shown[i].set("canary", bool{is_canary[i]});
  }

  Context& context_;
  const Request& request_;
  RunReader& reader_;
  BulkRetryPlan plan_;
};

}  // namespace

Result<BulkRetryWish> read_bulk_retry(const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(
      body, {"where", "canary", "max_parallel", "max_failures", "reason", "dry_run", "preview"}));
  BulkRetryWish wish;
  if (const Json* where = find_member(body, "where")) wish.where = *where;
  wish.filter = TRY(read_filter(wish.where));
  const auto most = static_cast<std::int64_t>(kMostBulkRetries);
  wish.rule.canary = static_cast<int>(TRY(integer_member(body, "canary", 1, 0, most)));
  wish.rule.max_parallel = static_cast<int>(TRY(integer_member(body, "max_parallel", 5, 1, 100)));
  wish.rule.max_failures = static_cast<int>(TRY(integer_member(body, "max_failures", 0, 0, most)));
  wish.reason = TRY(text_member(body, "reason"));
  if (wish.reason.size() > 1000) return invalid("reason: at most 1000 bytes");
  wish.preview = TRY(text_member(body, "preview"));
  wish.dry_run = TRY(flag_member(body, "dry_run", false));
  return wish;
}

Result<BulkRetryPlan> plan_bulk_retry(Context& context, const Request& request,
                                      const BulkRetryWish& wish) {
  BulkRetryReader finder = TRY(BulkRetryReader::open(context.data_dir + "/tidemill.db"));
  const auto found = TRY(finder.find(wish.filter, kMostBulkRetries + 1));
  if (found.size() > kMostBulkRetries) {
    return invalid(
        fmt::format("where: more than {} runs match; narrow it, by from and until or by "
                    "dag",
                    kMostBulkRetries));
  }
  auto reader = TRY(context.readers.lease());
  Planner planner(context, request, *reader);
  for (const UnwellRun& run : found) TRY(planner.add(run));
  return std::move(planner).finish(wish);
}

}  // namespace tidemill::api
