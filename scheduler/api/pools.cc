#include "scheduler/api/pools.h"

#include <map>

#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

struct Use {
  int used = 0;
  int waiting = 0;
  WallTime oldest;  // of those that wait: since when; 0 = nobody waits
  Json::Array holders;
};

Json holder_json(const Engine& engine, const LiveRun& live, TaskIndex task) {
  Json json;
  json.set("task", live.dag->tasks[task].id);
  json.set("slots", live.dag->tasks[task].slots);
  json.set("worker", engine.placement().worker_name(live.grants[task].worker));
  json.set("since", time_or_null(live.grants[task].at));
  return json;
}

void count(const Engine& engine, const LiveRun& live, TaskIndex task, Use& use) {
  const TaskRun& run = live.run.tasks[task];
  if (is_live(run.state)) {
    use.used += live.dag->tasks[task].slots;
    use.holders.push_back(holder_json(engine, live, task));
  } else if (run.state == TaskState::ready) {
    ++use.waiting;
    if (use.oldest.us == 0 || run.ready_at < use.oldest) use.oldest = run.ready_at;
  }
}

// Each run has pools of its own, as its dag says.
void append_pools(const Engine& engine, const LiveRun& live, Json::Array& pools) {
  if (live.dag->pools.empty()) return;
  std::map<std::string_view, Use> uses;
  for (TaskIndex task = 0; task < live.dag->tasks.size(); ++task) {
    const std::string& pool = live.dag->tasks[task].pool;
    if (!pool.empty()) count(engine, live, task, uses[pool]);
  }
  for (const PoolSpec& pool : live.dag->pools) {
    Use& use = uses[pool.name];
    Json json;
    json.set("run", live.run.id.value);
    json.set("dag", live.dag->name);
    json.set("pool", pool.name);
    json.set("slots", pool.slots);
    json.set("used", use.used);
    json.set("waiting", use.waiting);
    json.set("oldest_since", time_or_null(use.oldest));
    json.set("holders", std::move(use.holders));
    pools.push_back(std::move(json));
  }
}

Result<Response> list_pools(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const std::vector<RunId> open = TRY(reader->unfinished_runs());
  return Response::json(
      TRY(ask(context, [open, who = request.who](const Engine& engine, Now) -> Result<Json> {
        Json::Array pools;
        for (const RunId run : open) {
          const LiveRun* live = engine.find(run);
          if (live != nullptr && may_read(who, live->dag->name)) append_pools(engine, *live, pools);
        }
        Json json;
        json.set("pools", std::move(pools));
        return json;
      })));
}

}  // namespace

std::vector<http::Route> pool_routes(Context& context) {
  return {make_route(context, http::Method::get, "/api/v1/pools", Permission::read,
                     {"Pools of the runs that go on: who holds their slots, and who waits",
                      "Workers",
                      {},
                      "",
                      "PoolList"},
                     list_pools)};
}

}  // namespace tidemill::api
