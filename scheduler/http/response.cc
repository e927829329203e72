#include "scheduler/http/response.h"

#include "scheduler/http/status.h"

namespace tidemill::http {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::unsupported:
      return 422;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::corrupt:
      return 500;
  }
  return 500;
}

}  // namespace

Response Response::json(const Json& value, int status) {
  Response response;
  response.status = status;
  response.body = value.dump();
  return response;
}

Response Response::text(std::string body, std::string content_type) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response Response::problem(const Problem& problem) {
  Json document(Json::Object{{"type", "about:blank"},
                             {"title", problem.title},
                             {"status", problem.status},
                             {"detail", problem.detail}});
  if (!problem.errors.empty()) {
    Json::Array errors;
    for (const auto& [pointer, detail] : problem.errors) {
      errors.push_back(Json::Object{{"pointer", pointer}, {"detail", detail}});
    }
    document.set("errors", std::move(errors));
  }
  Response response = json(document, problem.status);
  response.content_type = "application/problem+json";
  return response;
}

Response Response::error(const Error& error) {
  const int status = status_of(error.code);
  // What went wrong inside may name files, rows or secrets, so the caller is only told that it did.
  return problem({status,
                  std::string(reason_phrase(status)),
                  status == 500 ? "something went wrong inside; the log has the details under the "
                                  "request id"
                                : error.message,
                  {}});
}

Response& Response::with(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

}  // namespace tidemill::http
