#include "scheduler/api/versions.h"

#include "base/text.h"
#include "core/dag_diff.h"
#include "core/dump.h"
#include "core/line_diff.h"
#include "scheduler/api/dags.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

struct Version {
  DagVersionRow row;
  DagPtr dag;
};

Error no_version(const std::string& dag, std::string_view text) {
  return not_found(fmt::format("{} has no version {}", dag, printable(text, 40)));
}

// A version of this dag by its number; numbers of other dags' versions are not found.
Result<Version> load_version(Context& context, RunReader& reader, const DagView& view,
                             std::string_view text) {
  const auto id = to_int(text);
  if (!id || *id <= 0) return no_version(view.row.name, text);
  auto row = reader.dag_version(*id);
  if (!row.ok() && row.error().code != ErrorCode::not_found) return row.error();
  if (!row.ok() || row->name != view.row.name) return no_version(view.row.name, text);
  DagPtr dag = TRY(context.dags.find(reader, *id, view.directory));
  return Version{std::move(*row), std::move(dag)};
}

Result<std::string> present_version(const DagView& view) {
  if (view.row.version != 0) return std::to_string(view.row.version);
  return not_found("no version of this dag was good yet");
}

// What the query names: a version, the version of a run, or the present one.
Result<std::string> wanted_version(RunReader& reader, const Request& request, const DagView& view) {
  const std::string* version = request.query.find("version");
  const std::string* run = request.query.find("run");
  if (version != nullptr && run != nullptr) return invalid("give either version or run");
  if (version != nullptr) return *version;
  if (run == nullptr) return present_version(view);
  const Error missing = not_found(
      fmt::format("{} has no run {}", view.row.name, printable(*run, 40)));
  const auto id = to_int(*run);
  if (!id || *id <= 0) return missing;
  const auto row = reader.run(RunId{*id});
  if (!row.ok() && row.error().code != ErrorCode::not_found) return row.error();
  if (!row.ok() || row->dag_name != view.row.name) return missing;
  return std::to_string(row->version);
}

Result<Response> get_structure(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  auto reader = TRY(context.readers.lease());
  const std::string wanted = TRY(wanted_version(*reader, request, *known.dag));
  const Version version = TRY(load_version(context, *reader, *known.dag, wanted));
  const Json whole = dag_to_json(*version.dag);
  Json json;
  json.set("dag", version.row.name);
  json.set("version", version.row.version);
  json.set("current", version.row.version == known.dag->row.version);
  json.set("stored_at", time_or_null(version.row.stored_at));
  json.set("content_hash", version.row.content_hash);
  for (const char* key : {"description", "params", "pools", "tasks", "hooks"}) {
    json.set(key, *whole.find(key));
  }
  return Response::json(json);
}

Result<Response> list_versions(Context& context, const Request& request) {
  const auto limit = TRY(request.query.integer("limit", 50, 1, 500));
  const auto before = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  const KnownDag known = TRY(find_dag(context, request));
  auto reader = TRY(context.overviews.lease());
  Json::Array versions;
  const auto rows = TRY(reader->versions(known.dag->row.name, before, static_cast<int>(limit) + 1));
  for (const VersionNote& row : rows) {
    if (std::ssize(versions) == limit) break;
    Json json;
    json.set("version", row.version);
    json.set("current", row.version == known.dag->row.version);
    json.set("content_hash", row.content_hash);
    json.set("task_count", row.task_count);
    json.set("stored_at", time_or_null(row.stored_at));
    versions.push_back(std::move(json));
  }
  const bool more = std::ssize(rows) > limit;
  Json json;
  json.set("dag", known.dag->row.name);
  json.set("next",
           more ? Json(std::to_string(rows[static_cast<std::size_t>(limit) - 1].version)) : Json());
  json.set("versions", std::move(versions));
  return Response::json(json);
}

std::string_view word_of(DiffLine::Kind kind) {
  switch (kind) {
    case DiffLine::Kind::same:
      return "same";
    case DiffLine::Kind::removed:
      return "removed";
    case DiffLine::Kind::added:
      return "added";
  }
  UNREACHABLE();
}

Json hunk_json(const DiffHunk& hunk) {
  Json::Array lines;
  for (const DiffLine& line : hunk) {
    Json json;
    json.set("kind", word_of(line.kind));
    json.set("before", line.before == 0 ? Json() : Json(line.before));
    json.set("after", line.after == 0 ? Json() : Json(line.after));
    json.set("text", line.text);
    lines.push_back(std::move(json));
  }
  Json json;
  json.set("lines", std::move(lines));
  return json;
}

Result<Response> get_diff(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  auto reader = TRY(context.readers.lease());
  const std::string* to = request.query.find("to");
  const std::string newer = to != nullptr ? *to : TRY(present_version(*known.dag));
  const Version before = TRY(
      load_version(context, *reader, *known.dag, request.capture("version")));
  const Version after = TRY(load_version(context, *reader, *known.dag, newer));
  Json json = diff_json(diff_dags(*before.dag, *after.dag));
  Json::Array hunks;
  for (const DiffHunk& hunk : diff_lines(before.row.source, after.row.source)) {
    hunks.push_back(hunk_json(hunk));
  }
  json.set("dag", known.dag->row.name);
  json.set("from", before.row.version);
  json.set("to", after.row.version);
  json.set("hunks", std::move(hunks));
  return Response::json(json);
}

}  // namespace

std::vector<http::Route> version_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  return {
      route("/api/v1/dags/{dag}/structure",
            {"Tasks, hooks, parameters and pools of one version, to draw it and to ask for it",
             "Dags",
             {{"version", "integer", "Which version; the present one when not given"},
              {"run", "integer", "The version of this run"}},
             "",
             "DagStructure"},
            get_structure),
      route("/api/v1/dags/{dag}/versions",
            {"Versions of the dag, newest first",
             "Dags",
             {{"limit", "integer", "At most so many, 1 to 500; 50 when not given"},
              {"after", "string", "The cursor `next` of the page before"}},
             "",
             "VersionPage"},
            list_versions),
      route("/api/v1/dags/{dag}/versions/{version}/diff",
            {"What differs between two versions: in meaning, and line by line",
             "Dags",
             {{"to", "integer", "The newer version; the present one when not given"}},
             "",
             "VersionDiff"},
            get_diff),
  };
}

}  // namespace tidemill::api
