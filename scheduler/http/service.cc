#include "scheduler/http/service.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "scheduler/http/sender.h"

namespace tidemill::http {
namespace {

std::string random_word() {
  std::uint32_t value = 0;
  CHECK(::getrandom(&value, sizeof value, 0) == static_cast<ssize_t>(sizeof value));
  return fmt::format("{:08x}", value);
}

constexpr std::string_view kInside =
    "something went wrong inside; the log has the details under the request id";

}  // namespace

Service::Service(ServerOptions given, RouteTable table, Authenticate sign_in)
    : options(std::move(given)),
      routes(std::move(table)),
      authenticate(std::move(sign_in)),
      hosts(host_list(options.hosts)),
      id_prefix(random_word()),
      hub(options.event_epoch.empty() ? random_word() : options.event_epoch,
          [this] { asio::post(io, [this] { hub.deliver(); }); }),
      workers(static_cast<std::size_t>(std::max(1, options.workers))) {}

HostList Service::host_list(std::vector<std::string> names) const {
  for (const Endpoint& endpoint : options.endpoints) {
    const bool any = endpoint.address == "0.0.0.0" || endpoint.address == "::";
    if (endpoint.unix_path.empty() && !any) names.push_back(endpoint.address);
  }
  return HostList(std::move(names));
}

std::string Service::next_request_id() { return fmt::format("{}-{}", id_prefix, ++last_id); }

void Service::report(const std::string& request_id, const std::string& what) const {
  if (options.on_error) options.on_error(request_id, what);
}

// What a callback throws is a bug of its own, and must cost one request, not the process.
template <typename Work>
bool Service::guarded(const std::string& request_id, const Work& work) const {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    report(request_id, error.what());
  } catch (...) {
    report(request_id, "an exception that is no std::exception");
  }
  return false;
}

std::optional<Refusal> Service::judge(Admission& admission) const {
  std::optional<Refusal> refusal;
  const bool done = guarded(admission.request.id, [&] {
    refusal = check_sender(authenticate, *admission.route, admission.request);
  });
  return done ? refusal : Refusal{500, std::string(kInside)};
}

Reply Service::answer(Admission& admission) const {
  Reply reply;
  const bool done = guarded(admission.request.id, [&] {
    reply = make_reply(admission.route->handle(admission.request), admission.request,
                       admission.keep_alive, system_now().wall);
  });
  if (done) return reply;
  return make_reply(to_response({500, std::string(kInside)}), admission.request,
                    admission.keep_alive, system_now().wall);
}

Reply Service::refuse(Admission& admission, const Refusal& refusal) {
  ++refused;
  // The body that was announced is not read, so nothing after it can be found.
  if (refusal.close || admission.content_length > admission.request.body.size()) {
    admission.keep_alive = false;
  }
  return make_reply(to_response(refusal), admission.request, admission.keep_alive,
                    system_now().wall);
}

std::string Service::read_piece(const Admission& admission, const Reply& reply,
                                std::size_t most) const {
  std::string piece;
  guarded(admission.request.id, [&] {
    auto read = reply.source->read(reply.offset, most);
    if (!read.ok()) return report(admission.request.id, read.error().message);
    if (read->size() <= most) piece = std::move(*read);
  });
  return piece;
}

}  // namespace tidemill::http
