#include "scheduler/api/system.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"
#include "core/alert/recipients.h"
#include "scheduler/api/alert_report.h"
#include "scheduler/api/logs.h"
#include "scheduler/api/metrics.h"
#include "scheduler/api/words.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr Duration kDeadFor = std::chrono::hours(24);  // messages that were given up are shown

// Alive: the process answers. Whether the scheduler's thread turns is readiness.
Result<Response> healthz(Context&, const Request&) {
  return Response::text("ok\n", "text/plain; charset=utf-8");
}

// Ready: the loop turns and takes requests. Why nothing new is started all the same is said behind
// it. A probe that gets no answer in time takes it that the loop does not turn.
Result<Response> readyz(Context& context, const Request&) {
  const auto held = context.scheduler.ask(
      [](const Engine& engine, Now) -> Result<Json> { return Json(engine.held_because()); },
      std::chrono::seconds(2));
  const char* const kType = "text/plain; charset=utf-8";
  if (!held.ok()) {
    Response response = Response::text(
        "not ready: the scheduler's loop has not answered for 2 s: " + held.error().message + "\n",
        kType);
    response.status = 503;
    return response;
  }
  const std::string& reason = held->as_string();
  if (reason.empty()) return Response::text("ready\n", kType);
  return Response::text("ready, but nothing new is started: " + reason + "\n", kType);
}

Result<Json> engine_status(const Engine& engine, Now) {
  Json json;
  json.set("epoch", engine.epoch());
  // Why nothing new is started; empty = it is.
  json.set("held_because", engine.held_because());
  json.set("unfinished_runs", static_cast<std::int64_t>(engine.live_runs()));
  json.set("live_attempts", static_cast<std::int64_t>(engine.live_attempts()));
  json.set("ready_tasks", static_cast<std::int64_t>(engine.placement().ready_count()));
  std::int64_t connected = 0;
  for (const auto& [id, worker] : engine.workers().all()) connected += worker.link ? 1 : 0;
  json.set("workers_connected", connected);
  return json;
}

// Whether people can be reached: of the channels that are in the file of alerts now.
Result<Json> delivery_status(Context& context, WallTime now) {
  auto database = TRY(context.people.take());
  const DeliveryLoad load = TRY(read_delivery_load(*database, now - kDeadFor));
  const PoliciesPtr policies = context.policies.current();
  Json::Array failing;
  for (const std::string& channel : load.failing) {
    if (policies != nullptr && find_channel(*policies, channel) != nullptr) {
      failing.emplace_back(channel);
    }
  }
  const auto lag = static_cast<double>(std::max<std::int64_t>(0, (now - load.oldest).count()));
  Json json;
  json.set("lag_seconds", load.oldest.us == 0 ? Json() : Json(lag / 1e6));
  json.set("dead", load.dead);
  json.set("failing", std::move(failing));
  return json;
}

Result<Response> status(Context& context, const Request& request) {
  Json json = TRY(ask(context, engine_status));
  json.set("delivery", TRY(delivery_status(context, system_now().wall)));
  json.set("version", context.version);
  json.set("started_at", time_or_null(context.started_at));
  json.set("now", time_or_null(system_now().wall));
  Json who;
  who.set("name", request.who.name);
  who.set("role", to_word(request.who.role));
  json.set("you", std::move(who));
  return Response::json(json);
}

Result<Response> stream(Context& context, const Request& request) {
  TRY(request.query.only({"topics", "last_event_id"}));
  Response response;
  response.event_stream = true;
  const std::string topics = request.query.text("topics", "runs,dags");
  for (const std::string_view topic : split(topics, ',')) {
    if (!topic.empty()) response.topics.emplace_back(topic);
  }
  if (response.topics.size() > 100) return invalid("topics: at most 100");
  for (const std::string& topic : response.topics) {
    if (topic.starts_with("log:")) TRY(watch_log(context, request, topic));
  }
  return response;
}

std::int64_t file_size(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? std::int64_t{info.st_size} : 0;
}

Result<Response> metrics(Context& context, const Request& request) {
  const auto snapshot = std::make_shared<Metrics::Snapshot>();
  TRY(ask(context, [snapshot](const Engine& engine, Now now) -> Result<Json> {
    *snapshot = Metrics::look(engine, now);
    return Json();
  }));
  snapshot->wal_bytes = file_size(context.data_dir + "/tidemill.db-wal");
  const auto may_see = [&](const std::string& dag) { return may_read(request.who, dag); };
  auto database = TRY(context.people.take());
  return Response::text(
      context.metrics.text(*snapshot, may_see) + alert_figures(TRY(count_open_alerts(*database))),
      "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace

http::Route openapi_route(std::shared_ptr<const std::string> file) {
  return {Method::get,
          "/api/openapi.json",
          Permission::signed_in,
          {"This API, as an OpenAPI 3.1 file", "System", {}, "", ""},
          [file](const Request&) { return Response::text(*file, "application/json"); },
          0};
}

std::vector<http::Route> system_routes(Context& context) {
  const auto route = [&](std::string_view path, Permission permission, http::RouteDoc doc,
                         Body body) {
    return make_route(context, Method::get, path, permission, std::move(doc), std::move(body));
  };
  return {
      route("/healthz", Permission::anyone, {"Whether the process answers", "System"}, healthz),
      route("/readyz", Permission::anyone, {"Whether the scheduler's loop turns", "System"},
            readyz),
      route("/metrics", Permission::read, {"Figures for Prometheus", "System"}, metrics),
      route("/api/v1/status", Permission::signed_in,
            {"What this scheduler is doing", "System", {}, "", "Status"}, status),
      route("/api/v1/events", Permission::signed_in,
            {"What happens, as server-sent events",
             "System",
             {{"topics", "string",
               "Comma separated: runs, run:ID, log:RUN/TASK/NUMBER, dags, alerts, workers, notes; "
               "runs,dags when not given"},
              {"last_event_id", "string", "Go on after this event"}}},
            stream),
  };
}

}  // namespace tidemill::api
