// Routes of dags: what there is, its schedule, and runs by hand.
#pragma once

#include <memory>
#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> dag_routes(Context& context);

// The {dag} of the path. Unreadable and unknown dags are the same to the sender.
struct KnownDag {
  std::shared_ptr<const CatalogView> catalog;
  const DagView* dag = nullptr;  // of the catalog
};
Result<KnownDag> find_dag(Context& context, const http::Request& request);

}  // namespace tidemill::api
