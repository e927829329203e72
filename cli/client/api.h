// The API of a scheduler as calls: JSON in, JSON out, refusals as errors with a sentence. One
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/client/http.h"

namespace tidemill::client {

class Api {
 public:
  // Finds the server and the token; nothing is sent yet.
  static Result<Api> open(const ServerOptions& options);
  // As open() for a named server. For a data folder nullopt when no scheduler serves it.
  static Result<std::optional<Api>> open_if_serving(const ServerOptions& options);

  // A second connection to the same place.
  Result<Api> another() const;

  // `path` begins behind /api/v1 and is encoded; see path_of() and query_of().
  Result<Json> get(const std::string& path);
  Result<Json> post(const std::string& path, const Json& body,
                    const std::string& idempotency_key = "");
  Result<Json> put(const std::string& path, const Json& body);
  Result<Json> patch(const std::string& path, const Json& body);
  Result<Json> remove(const std::string& path);

  // As HttpClient::stream; an error when the status is not 200.
  Status stream(const std::string& path, const std::string& last_event_id, Duration patience,
                const std::function<bool(std::string_view)>& on_bytes);

  // RUN on the command line: a number, `latest`, or the name of a dag (its newest run).
  Result<std::int64_t> find_run(const std::string& text);

  const Address& address() const { return address_; }
  HttpClient& http() { return http_; }

 private:
  Api(Address address, HttpClient http) : address_(std::move(address)), http_(std::move(http)) {}
  Result<Json> call(HttpRequest request);

  Address address_;
  HttpClient http_;
};

// "/dags/a%2Fb/runs" of {"dags", "a/b", "runs"}.
std::string path_of(const std::vector<std::string>& segments);
// "?dag=etl&limit=5"; empty values are left out.
std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace tidemill::client
