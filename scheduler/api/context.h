// What the handlers of the API share. Lives as long as the server; every member may be used by any
// thread.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "scheduler/alerts/ack_links.h"
#include "scheduler/alerts/policy_file.h"
#include "scheduler/alerts/story_reader.h"
#include "scheduler/api/dag_versions.h"
#include "scheduler/api/metrics.h"
#include "scheduler/api/readers.h"
#include "scheduler/bulk_retries.h"
#include "scheduler/catalog.h"
#include "scheduler/http/route.h"
#include "scheduler/live_run.h"
#include "scheduler/people/secret_store.h"
#include "scheduler/people/sign_in.h"
#include "scheduler/scheduler.h"

namespace tidemill::api {

class LogWatch;

struct Context {
  struct Parts {
    Scheduler& scheduler;
    Catalog& catalog;
    BulkRetries& bulk_retries;
    Metrics& metrics;
    tidemill::Readers& people;  // connections for the functions of scheduler/people
    SignIn& sign_in;
    PasswordHasher& hasher;
    SecretStore& secrets;
    ParamSeal& params;
    PolicyFile& policies;
    const AckLinks& links;
    LogWatch& log_watch;
  };
  Context(const Parts& parts, std::string data, std::string build, DagVersions::Parse parse)
      : scheduler(parts.scheduler),
        catalog(parts.catalog),
        bulk_retries(parts.bulk_retries),
        metrics(parts.metrics),
        people(parts.people),
        sign_in(parts.sign_in),
        hasher(parts.hasher),
        secrets(parts.secrets),
        params(parts.params),
        policies(parts.policies),
        data_dir(std::move(data)),
        version(std::move(build)),
        started_at(system_now().wall),
        readers(data_dir + "/tidemill.db"),
        overviews(data_dir + "/tidemill.db"),
        stories{data_dir, parse, [&from = parts.catalog] { return from.view(); }},
        dags(std::move(parse)),
        links(parts.links),
        log_watch(parts.log_watch) {}

  Scheduler& scheduler;
  Catalog& catalog;
  BulkRetries& bulk_retries;
  Metrics& metrics;
  tidemill::Readers& people;
  SignIn& sign_in;
  PasswordHasher& hasher;
  SecretStore& secrets;
  ParamSeal& params;
  PolicyFile& policies;
  std::string data_dir;
  std::string version;  // of Tidemill
  WallTime started_at;
  Readers readers;
  OverviewReaders overviews;
  StorySources stories;
  DagVersions dags;
  const AckLinks& links;  // those in messages, that acknowledge
  LogWatch& log_watch;
};

// How long a handler waits for the scheduler's answer.
inline constexpr Duration kPatience = std::chrono::seconds(10);

// A run as stored, with its dag and everything derived.
struct RunView {
  StoredRun stored;
  LiveRun live;
};
Result<RunView> load_run(Context& context, RunReader& reader, RunId run);

// The {run} of the path: a number of a run that the sender may read. Everybody else's runs are not
// found, like runs that are not there.
Result<RunRow> find_run(RunReader& reader, const http::Request& request);
// The {task} of the path, by id; hooks are "hook.<kind>".
Result<TaskIndex> find_task(const Dag& dag, const http::Request& request);

// The sender must have `permission` for this dag: `forbidden` as a problem, otherwise nothing.
std::optional<http::Response> refuse_unless(const http::Request& request, Permission permission,
                                            const std::string& dag);

// The run of the path when the sender may operate it; otherwise the answer.
struct Operable {
  RunRow row;
  std::optional<http::Response> refusal;
};
Result<Operable> operable(Context& context, const http::Request& request);

// Makes a handler of a function that may fail; its error becomes a problem document.
using Body = std::function<Result<http::Response>(Context&, const http::Request&)>;
http::Handler handler(Context& context, Body body);

// A route that a function as above answers. A GET takes no body, whatever `body_limit` says.
http::Route make_route(Context& context, http::Method method, std::string_view path,
                       Permission permission, http::RouteDoc doc, Body body,
                       std::size_t body_limit = 1 << 20);

// Who asked, for the audit trail.
AuditEntry audit_entry(const http::Request& request, std::string action, std::string object,
                       std::string dag);

// The parameters of a request as the audit trail may show them: what is secret, or not declared, is
// named without its value, and long values are cut.
Json audited_params(const Dag* dag, const Json::Object& params);

// Asks the scheduler's thread for something about its present state.
Result<Json> ask(Context& context, Scheduler::Question question);
// Has the scheduler make a change, with its audit entry, and answers with what it says.
Result<http::Response> change(Context& context, const http::Request& request, Mutation mutation);

}  // namespace tidemill::api
