#include "scheduler/api/people_change.h"

namespace tidemill::api {

Result<Json> store(Context& context, const http::Request& request, tidemill::Change change) {
  Mutation mutation;
  mutation.audit = tidemill::audit_entry(change, request.who, system_now().wall);
  mutation.audit->address = request.remote;
  mutation.audit->request = request.id;
  mutation.store = std::move(change.store);
  return context.scheduler.change(std::move(mutation), kPatience);
}

Result<http::Response> answer_store(Context& context, const http::Request& request,
                                    tidemill::Change change, std::string_view key,
                                    const std::string& name, int status) {
  TRY(store(context, request, std::move(change)));
  Json json;
  json.set(key, name);
  return http::Response::json(json, status);
}

}  // namespace tidemill::api
