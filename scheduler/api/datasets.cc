#include "scheduler/api/datasets.h"

#include <algorithm>

#include "scheduler/api/words.h"
#include "scheduler/storage/dataset_reader.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

// Names of dags that the sender may see and that wait for the dataset.
Json::Array started_by(const CatalogView& view, const Request& request,
                       const std::string& dataset) {
  Json::Array names;
  for (const auto& [name, known] : view.dags) {
    if (known->dag == nullptr || !may_read(request.who, name)) continue;
    const auto& triggers = known->dag->dataset_triggers;
    const bool waits = std::any_of(triggers.begin(), triggers.end(), [&](const auto& trigger) {
      return std::find(trigger.datasets.begin(), trigger.datasets.end(), dataset) !=
             trigger.datasets.end();
    });
    if (waits) names.emplace_back(name);
  }
  return names;
}

// Whoever may see the dag that published it may see the dataset.
Result<Response> list_datasets(Context& context, const Request& request) {
  DatasetReader reader = TRY(DatasetReader::open(context.data_dir + "/tidemill.db"));
  const auto view = context.catalog.view();
  Json::Array all;
  for (const DatasetUpdateRow& row : TRY(reader.datasets())) {
    if (!may_read(request.who, row.dag)) continue;
    Json json;
    json.set("dataset", row.dataset);
    json.set("updated_at", time_or_null(row.at));
    json.set("run", row.run.value);
    json.set("dag", row.dag);
    json.set("task", row.task);
    json.set("starts", started_by(*view, request, row.dataset));
    all.push_back(std::move(json));
  }
  Json json;
  json.set("datasets", std::move(all));
  return Response::json(json);
}

}  // namespace

std::vector<http::Route> dataset_routes(Context& context) {
  return {{http::Method::get,
           "/api/v1/datasets",
           Permission::read,
           {"What tasks published, as of the last update", "Datasets", {}, "", "DatasetList"},
           handler(context, list_datasets),
           0}};
}

}  // namespace tidemill::api
