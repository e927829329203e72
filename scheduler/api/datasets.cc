#include "scheduler/api/datasets.h"

#include <map>
#include <set>

#include "core/wait_for.h"
#include "scheduler/api/words.h"
#include "scheduler/storage/dataset_reader.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

// What the dags that the sender may see have to do with one dataset.
struct Uses {
  Json::Array starts, produced_by, waited_for_by;
};
using UsesByDataset = std::map<std::string, Uses>;

Json task_json(const Dag& dag, const TaskSpec& task) {
  Json json;
  json.set("dag", dag.name);
  json.set("task", task.id);
  return json;
}

void add_uses(const Dag& dag, UsesByDataset& uses) {
  std::set<std::string> started;  // several triggers may name the same one
  for (const DatasetTrigger& trigger : dag.dataset_triggers) {
    started.insert(trigger.datasets.begin(), trigger.datasets.end());
  }
  for (const std::string& dataset : started) uses[dataset].starts.emplace_back(dag.name);
  for (const TaskSpec& task : dag.tasks) {
    if (!task.publishes.empty()) uses[task.publishes].produced_by.push_back(task_json(dag, task));
    if (task.wait_for == nullptr || task.wait_for->kind != WaitSpec::Kind::dataset) continue;
    uses[task.wait_for->target.source()].waited_for_by.push_back(task_json(dag, task));
  }
}

UsesByDataset all_uses(const CatalogView& view, const Request& request) {
  UsesByDataset uses;
  for (const auto& [name, known] : view.dags) {
    if (known->dag == nullptr || known->row.state == DagRow::State::gone) continue;
    if (may_read(request.who, name)) add_uses(*known->dag, uses);
  }
  return uses;
}

Json dataset_json(const std::string& dataset, Uses uses, const DatasetUpdateRow* update) {
  const bool updated = update != nullptr;
  Json json;
  json.set("dataset", dataset);
  json.set("updated_at", updated ? time_or_null(update->at) : Json());
  json.set("run", updated ? Json(update->run.value) : Json());
  json.set("dag", updated ? Json(update->dag) : Json());
  json.set("task", updated ? Json(update->task) : Json());
  json.set("starts", std::move(uses.starts));
  json.set("produced_by", std::move(uses.produced_by));
  json.set("waited_for_by", std::move(uses.waited_for_by));
  return json;
}

// Whoever may see a dag that published it, publishes it or waits for it may see the dataset; of its
// last update only those tell anything who may see the dag that made it.
Result<Response> list_datasets(Context& context, const Request& request) {
  DatasetReader reader = TRY(DatasetReader::open(context.data_dir + "/tidemill.db"));
  UsesByDataset uses = all_uses(*context.catalog.view(), request);
  std::map<std::string, DatasetUpdateRow> updates;
  for (DatasetUpdateRow& row : TRY(reader.datasets())) {
    if (!may_read(request.who, row.dag)) continue;
    uses[row.dataset];
    updates[row.dataset] = std::move(row);
  }
  Json::Array all;
  for (auto& [dataset, known] : uses) {
    const auto update = updates.find(dataset);
    all.push_back(dataset_json(dataset, std::move(known),
                               update == updates.end() ? nullptr : &update->second));
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
           {"What tasks publish: the last update, who makes it and who waits for it",
            "Datasets",
            {},
            "",
            "DatasetList"},
           handler(context, list_datasets),
           0}};
}

}  // namespace tidemill::api
