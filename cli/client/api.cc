#include "cli/client/api.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/problem.h"
#include "cli/client/token.h"

namespace tidemill::client {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string path_of(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) path += "/" + encoded(segment);
  return path;
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, encoded(value));
  }
  return query;
}

Result<Api> Api::open(const ServerOptions& options) {
  Address address = TRY(find_server(options));
  std::string token = TRY(read_token());
  HttpClient http = TRY(HttpClient::make(address, std::move(token)));
  return Api(std::move(address), std::move(http));
}

Result<std::optional<Api>> Api::open_if_serving(const ServerOptions& options) {
  if (!is_named(options)) {
    const Address address = TRY(find_server(options));
    if (!may_answer(address)) return std::optional<Api>();
  }
  return std::optional<Api>(TRY(open(options)));
}

Result<Api> Api::another() const {
  HttpClient http = TRY(http_.another());
  return Api(address_, std::move(http));
}

Result<Json> Api::call(HttpRequest request) {
  request.path.insert(0, "/api/v1");
  const HttpReply reply = TRY(http_.send(request));
  if (reply.status < 200 || reply.status > 299) return problem_of(reply, address_);
  if (reply.body.empty()) return Json(Json::Object{});
  auto json = parse_json(reply.body);
  if (json.ok()) return json;
  return unavailable(fmt::format("{} answers something else than JSON; is it a Tidemill scheduler?",
                                 address_.shown));
}

Result<Json> Api::get(const std::string& path) {
  HttpRequest request;
  request.path = path;
  return call(std::move(request));
}

Result<Json> Api::post(const std::string& path, const Json& body, const std::string& key) {
  HttpRequest request;
  request.method = "POST";
  request.path = path;
  request.body = body.dump();
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
  return call(std::move(request));
}

Result<Json> Api::put(const std::string& path, const Json& body) {
  HttpRequest request;
  request.method = "PUT";
  request.path = path;
  request.body = body.dump();
  return call(std::move(request));
}

Result<Json> Api::patch(const std::string& path, const Json& body) {
  HttpRequest request;
  request.method = "PATCH";
  request.path = path;
  request.body = body.dump();
  return call(std::move(request));
}

Result<Json> Api::remove(const std::string& path) {
  HttpRequest request;
  request.method = "DELETE";
  request.path = path;
  return call(std::move(request));
}

Status Api::stream(const std::string& path, const std::string& last_event_id, Duration patience,
                   const std::function<bool(std::string_view)>& on_bytes) {
  HttpRequest request;
  request.path = "/api/v1" + path;
  request.patience = patience;
  request.headers.emplace_back("Accept", "text/event-stream");
  if (!last_event_id.empty()) request.headers.emplace_back("Last-Event-ID", last_event_id);
  const HttpReply reply = TRY(http_.stream(request, on_bytes));
  if (reply.status != 200) return problem_of(reply, address_);
  return Ok{};
}

Result<std::int64_t> Api::find_run(const std::string& text) {
  if (const auto number = to_int(text); number && *number > 0) return *number;
  const std::string dag = text == "latest" ? "" : text;
  // The dag itself is asked for first: its error says what name was probably meant.
  if (!dag.empty()) TRY(get(path_of({"dags", dag})));
  const Json page = TRY(get("/runs" + query_of({{"dag", dag}, {"limit", "1"}})));
  const auto& runs = array_at(page, "runs");
  if (!runs.empty()) return int_at(runs.front(), "run");
  if (dag.empty()) return not_found("there are no runs yet");
  return not_found(fmt::format("{} has no runs yet", printable(dag, 80)));
}

}  // namespace tidemill::client
