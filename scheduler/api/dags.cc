#include "scheduler/api/dags.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "core/dump.h"
#include "core/params.h"
#include "scheduler/api/body.h"
#include "scheduler/api/words.h"
#include "scheduler/storage/dataset_reader.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

Json parse_findings(const std::string& text) {
  auto findings = parse_json(text);
  return findings.ok() ? std::move(*findings) : Json(Json::Array{});
}

Json schedule_words(const DagView& view) {
  Json::Array words;
  if (view.dag != nullptr) {
    for (const Schedule& schedule : view.dag->schedules) words.emplace_back(in_words(schedule));
  }
  return Json(std::move(words));
}

Json dag_summary(const DagView& view) {
  const DagRow& row = view.row;
  Json json = dag_json(row);
  json.set("paused_at", time_or_null(row.paused_at));
  json.set("next_instant", view.next_instant ? time_or_null(*view.next_instant) : Json());
  json.set("owner", text_or_null(view.dag == nullptr ? "" : view.dag->owner));
  json.set("tags", view.dag == nullptr ? Json(Json::Array{}) : texts(view.dag->tags));
  json.set("description", text_or_null(view.dag == nullptr ? "" : view.dag->description));
  json.set("schedules", schedule_words(view));
  json.set("findings", static_cast<std::int64_t>(parse_findings(row.findings).as_array().size()));
  json.set("first_seen", time_or_null(row.first_seen));
  json.set("loaded_at", time_or_null(row.loaded_at));
  return json;
}

// What the list shows: dags whose name, owner, description or a tag holds the text, whatever case.
bool matches(const DagView& view, const std::string& lower) {
  const auto holds = [&](const std::string& text) {
    return to_lower_ascii(text).find(lower) != std::string::npos;
  };
  if (lower.empty() || holds(view.row.name)) return true;
  if (view.dag == nullptr) return false;
  return holds(view.dag->owner) || holds(view.dag->description) ||
         std::any_of(view.dag->tags.begin(), view.dag->tags.end(), holds);
}

Json mark_json(const RunMark& mark, WallTime now) {
  Json json;
  json.set("run", mark.run.value);
  json.set("state", to_word(mark.state));
  json.set("created_at", time_or_null(mark.created_at));
  json.set("started_at", time_or_null(mark.started_at));
  json.set("duration_ms", milliseconds_between(mark.started_at, mark.ended_at, now));
  return json;
}

// The newest runs of each dag of the page.
Status add_last_runs(Context& context, Json::Array& dags, int count) {
  std::vector<std::string> names;
  for (const Json& dag : dags) names.push_back(dag.find("dag")->as_string());
  auto reader = TRY(context.overviews.lease());
  const auto marks = TRY(reader->last_runs(names, count));
  const WallTime now = system_now().wall;
  for (std::size_t i = 0; i < dags.size(); ++i) {
    Json::Array last;
    for (const RunMark& mark : marks[i]) last.push_back(mark_json(mark, now));
    dags[i].set("last_runs", std::move(last));
  }
  return Ok{};
}

Result<Response> list_dags(Context& context, const Request& request) {
  const auto limit = TRY(request.query.integer("limit", 1000, 1, 5000));
  const auto last_runs = TRY(request.query.integer("last_runs", 0, 0, 50));
  const std::string after = request.query.text("after");
  const std::string words = to_lower_ascii(request.query.text("q"));
  const auto catalog = context.catalog.view();
  Json::Array dags;
  bool more = false;
  for (auto at = catalog->dags.upper_bound(after); at != catalog->dags.end() && !more; ++at) {
    if (!may_read(request.who, at->first) || !matches(*at->second, words)) continue;
    more = std::ssize(dags) == limit;
    if (!more) dags.push_back(dag_summary(*at->second));
  }
  if (last_runs > 0) TRY(add_last_runs(context, dags, static_cast<int>(last_runs)));
  Json json;
  json.set("folder", catalog->folder);
  json.set("problem", text_or_null(catalog->problem));
  json.set("next", more ? *dags.back().find("dag") : Json());
  json.set("dags", std::move(dags));
  return Response::json(json);
}

Result<Response> get_dag(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  Json json = dag_summary(*known.dag);
  json.set("findings", parse_findings(known.dag->row.findings));
  json.set("definition", known.dag->dag == nullptr ? Json() : dag_to_json(*known.dag->dag));
  return Response::json(json);
}

Result<Response> get_source(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  if (known.dag->dag == nullptr) return not_found("no version of this dag was good yet");
  return Response::text(known.dag->dag->source, "text/yaml; charset=utf-8");
}

Json instant_json(const InstantRow& row) {
  Json json;
  json.set("instant", time_or_null(row.instant));
  json.set("label", row.label);
  json.set("interval_start", time_or_null(row.interval_start));
  json.set("interval_end", time_or_null(row.interval_end));
  json.set("decision", to_word(row.decision));
  json.set("run", row.run ? Json(row.run.value) : Json());
  json.set("reason", text_or_null(row.reason));
  json.set("decided_at", time_or_null(row.decided_at));
  return json;
}

// A source that the sender may not see has no name and no number.
Json start_json(const Request& request, const DagStartRow& row) {
  const bool shown = may_read(request.who, row.source);
  Json json;
  json.set("source", shown ? Json(row.source) : Json());
  json.set("source_run", shown ? Json(row.source_run.value) : Json());
  json.set("state", to_word(row.state));
  json.set("decision", to_word(row.decision));
  json.set("run", row.run ? Json(row.run.value) : Json());
  json.set("reason", text_or_null(row.reason));
  json.set("decided_at", time_or_null(row.decided_at));
  return json;
}

// Who wrote an update that the sender may not see has no name and no number.
Json shown_updates(const Request& request, const std::string& text) {
  auto updates = parse_json(text);
  if (!updates.ok() || !updates->is_array()) return Json(Json::Array());
  for (Json& update : updates->array()) {
    const Json* dag = update.find("dag");
    if (dag == nullptr || !dag->is_string() || may_read(request.who, dag->as_string())) continue;
    for (const char* hidden : {"run", "dag", "task"}) update.set(hidden, Json());
  }
  return std::move(*updates);
}

Json dataset_start_json(const Request& request, const DatasetStartRow& row) {
  Json json;
  Json::Array names;
  for (const std::string_view name : split(row.datasets, ',')) names.emplace_back(name);
  json.set("datasets", std::move(names));
  json.set("updates", shown_updates(request, row.updates));
  json.set("decision", to_word(row.decision));
  json.set("run", row.run ? Json(row.run.value) : Json());
  json.set("reason", text_or_null(row.reason));
  json.set("decided_at", time_or_null(row.decided_at));
  return json;
}

Result<Json::Array> dataset_starts(Context& context, const Request& request, const std::string& dag,
                                   int limit) {
  DatasetReader reader = TRY(DatasetReader::open(context.data_dir + "/tidemill.db"));
  Json::Array starts;
  for (const DatasetStartRow& row : TRY(reader.starts(dag, limit))) {
    starts.push_back(dataset_start_json(request, row));
  }
  return starts;
}

Json::Array coming_instants(const Dag& dag, WallTime now, int count) {
  std::vector<std::pair<WallTime, std::string>> due;
  for (const Schedule& schedule : dag.schedules) {
    const auto zone = load_zone(schedule.timezone);
    if (!zone.ok()) continue;  // the dag was refused then; its last good version goes on
    WallTime at = now;
    for (int i = 0; i < count; ++i) {
      const auto next = next_due(schedule, **zone, at);
      if (!next) break;
      due.emplace_back(*next, local_label(**zone, *next));
      at = *next;
    }
  }
  std::sort(due.begin(), due.end());
  Json::Array instants;
  for (const auto& [at, label] : due) {
    if (std::ssize(instants) == count) break;
    Json json;
    json.set("instant", time_or_null(at));
    json.set("label", label);
    instants.push_back(std::move(json));
  }
  return instants;
}

Result<Response> get_schedule(Context& context, const Request& request) {
  TRY(request.query.only({"count", "limit"}));
  const auto count = TRY(request.query.integer("count", 5, 1, 100));
  const auto limit = TRY(request.query.integer("limit", 50, 1, 1000));
  const KnownDag known = TRY(find_dag(context, request));
  TimetableReader reader = TRY(TimetableReader::open(context.data_dir + "/tidemill.db"));
  Json::Array decided, blocks, starts, coming;
  const WallTime now = system_now().wall;
  for (const InstantRow& row : TRY(reader.instants(known.dag->row.name, WallTime{INT64_MIN},
                                                   WallTime{INT64_MAX}, static_cast<int>(limit)))) {
    decided.push_back(instant_json(row));
  }
  for (const InstantBlockRow& row :
       TRY(reader.blocks(known.dag->row.name, static_cast<int>(limit)))) {
    Json json;
    json.set("first", time_or_null(row.first));
    json.set("last", time_or_null(row.last));
    json.set("count", row.count);
    json.set("decision", to_word(row.decision));
    json.set("reason", row.reason);
    blocks.push_back(std::move(json));
  }
  for (const DagStartRow& row :
       TRY(reader.dag_starts(known.dag->row.name, {}, static_cast<int>(limit)))) {
    starts.push_back(start_json(request, row));
  }
  if (known.dag->dag != nullptr && known.dag->row.state != DagRow::State::gone) {
    coming = coming_instants(*known.dag->dag, now, static_cast<int>(count));
  }
  Json json;
  json.set("words", schedule_words(*known.dag));
  json.set("coming", std::move(coming));
  json.set("decided", std::move(decided));
  json.set("blocks", std::move(blocks));
  json.set("starts", std::move(starts));
  json.set("dataset_starts",
           TRY(dataset_starts(context, request, known.dag->row.name, static_cast<int>(limit))));
  return Response::json(json);
}

// A member name as a part of a JSON pointer (RFC 6901).
std::string pointer_part(const std::string& name) {
  std::string part;
  for (const char c : name) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

// Each parameter that is wrong, with a pointer into the body; the detail names all of them.
Response wrong_params(const std::vector<ParamProblem>& problems) {
  http::Problem answer;
  answer.status = 400;
  answer.title = "Bad Request";
  for (const ParamProblem& problem : problems) {
    const std::string name = printable(problem.name, 100);
    answer.detail += (answer.detail.empty() ? "" : "; ") + name + ": " + problem.message;
    answer.errors.emplace_back("/params/" + pointer_part(name), problem.message);
  }
  return Response::problem(answer);
}

// What the run would begin with; nothing is changed.
Result<Response> preview_trigger(const DagView& view, const Json::Object& params) {
  if (view.dag == nullptr) {
    return conflict(view.row.name + " has no version that was good; see its findings");
  }
  const BoundParams bound = bind_params(*view.dag, Json(params));
  if (!bound.problems.empty()) return wrong_params(bound.problems);
  Json json;
  json.set("run", Json());
  json.set("dag", view.row.name);
  json.set("repeated", false);
  json.set("dry_run", true);
  json.set("params", Json(shown_params(*view.dag, bound.values)));
  return Response::json(json);
}

Result<Response> trigger(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  const std::string& dag = known.dag->row.name;
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"params", "dry_run"}));
  Catalog::Trigger what;
  what.dag = dag;
  what.origin = request.who.name;
  if (const Json* params = find_member(body, "params")) {
    if (!params->is_object()) return invalid("params: must be an object");
    what.params = params->as_object();
  }
  if (TRY(flag_member(body, "dry_run", false))) return preview_trigger(*known.dag, what.params);
  if (const std::string* key = request.header("idempotency-key")) {
    if (key->empty() || key->size() > 255) return invalid("Idempotency-Key: 1 to 255 bytes");
    what.key = *key;
    what.scope = fmt::format("trigger {} by {}", dag, request.who.name);
    what.body_hash = sha256_hex(request.body);
  }
  Mutation mutation;
  mutation.audit = audit_entry(request, "dag.trigger", "dag " + dag, dag);
  Json detail;
  detail.set("params", audited_params(known.dag->dag.get(), what.params));
  if (!what.key.empty()) detail.set("idempotency_key", what.key);
  mutation.audit->detail = detail.dump();
  mutation.decide = [&catalog = context.catalog, what](Desk& desk) -> Result<Json> {
    const auto made = TRY(catalog.trigger(what, desk.engine, desk.now));
    Json json;
    json.set("run", made.run.value);
    json.set("dag", what.dag);
    json.set("repeated", made.repeated);
    return json;
  };
  auto response = change(context, request, std::move(mutation));
  if (!response.ok() && response.error().code == ErrorCode::invalid && known.dag->dag != nullptr) {
    const BoundParams bound = bind_params(*known.dag->dag, Json(what.params));
    if (!bound.problems.empty()) return wrong_params(bound.problems);
  }
  if (response.ok()) response->status = 201;
  return response;
}

Result<Response> pause(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"reason"}));
  const std::string dag = known.dag->row.name;
  const std::string reason = TRY(text_member(body, "reason"));
  Mutation mutation;
  mutation.audit = audit_entry(request, "dag.pause", "dag " + dag, dag);
  mutation.audit->detail = Json(Json::Object{{"reason", reason}}).dump();
  mutation.decide = [&catalog = context.catalog, dag, reason,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    TRY(catalog.pause(dag, by, reason, desk.engine, desk.now));
    Json json;
    json.set("dag", dag);
    json.set("paused", true);
    return json;
  };
  return change(context, request, std::move(mutation));
}

Result<Response> unpause(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"missed"}));
  const std::string dag = known.dag->row.name;
  const std::string word = TRY(text_member(body, "missed"));
  const auto release = word.empty() ? Release::none : release_from(word);
  if (!release) return invalid("missed: none, last or all");
  Mutation mutation;
  mutation.audit = audit_entry(request, "dag.unpause", "dag " + dag, dag);
  mutation.audit->detail = Json(Json::Object{{"missed", to_word(*release)}}).dump();
  mutation.decide = [&catalog = context.catalog, dag, release = *release,
                     by = request.who.name](Desk& desk) -> Result<Json> {
    Json json;
    json.set("dag", dag);
    json.set("paused", false);
    json.set("missed", TRY(catalog.unpause(dag, release, by, desk.engine, desk.now)));
    return json;
  };
  return change(context, request, std::move(mutation));
}

}  // namespace

Result<KnownDag> find_dag(Context& context, const http::Request& request) {
  KnownDag known{context.catalog.view(), nullptr};
  const std::string& name = request.capture("dag");
  if (may_read(request.who, name)) known.dag = known.catalog->find(name);
  if (known.dag != nullptr) return known;
  std::vector<std::string_view> names;
  for (const auto& [other, view] : known.catalog->dags) {
    if (may_read(request.who, other)) names.push_back(other);
  }
  const auto near = nearest(name, names);
  return not_found(fmt::format("there is no dag {}{}", printable(name, 80),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

std::vector<http::Route> dag_routes(Context& context) {
  const auto get = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  const auto post = [&](std::string_view path, Permission permission, http::RouteDoc doc,
                        Body body) {
    return make_route(context, Method::post, path, permission, std::move(doc), std::move(body));
  };
  return {
      get("/api/v1/dags",
          {"All dags of the folder, by name",
           "Dags",
           {{"q", "string", "Only those whose name, owner, description or tags hold this text"},
            {"last_runs", "integer", "With so many of the newest runs of each, up to 50"},
            {"limit", "integer", "At most so many dags, 1 to 5000; 1000 when not given"},
            {"after", "string", "The cursor `next` of the page before"}},
           "",
           "DagList"},
          list_dags),
      get("/api/v1/dags/{dag}", {"One dag with its definition", "Dags", {}, "", "Dag"}, get_dag),
      get("/api/v1/dags/{dag}/source", {"The file of the present version", "Dags"}, get_source),
      get("/api/v1/dags/{dag}/schedule",
          {"What is due, and what was decided about every instant",
           "Dags",
           {{"count", "integer", "Coming instants, 1 to 100"},
            {"limit", "integer", "Decided instants, 1 to 1000"}},
           "",
           "Timetable"},
          get_schedule),
      post("/api/v1/dags/{dag}/runs", Permission::operate,
           {"Start a run by hand", "Dags", {}, "Trigger", "Triggered", 201, true}, trigger),
      post("/api/v1/dags/{dag}/pause", Permission::edit,
           {"Make no runs by schedule until unpaused", "Dags", {}, "Reason", "Paused"}, pause),
      post("/api/v1/dags/{dag}/unpause", Permission::edit,
           {"Make runs by schedule again", "Dags", {}, "Unpause", "Paused"}, unpause),
  };
}

}  // namespace tidemill::api
