// Request heads from anybody: nothing crashes, and what is let through has one reading.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "scheduler/http/admission.h"
#include "scheduler/http/head_gate.h"
#include "scheduler/http/range.h"
#include "scheduler/http/target.h"

namespace http = tidemill::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

http::RouteTable make_routes() {
  http::Route get;
  get.method = http::Method::get;
  get.path = "/api/{name}";
  get.handle = [](const http::Request&) { return http::Response(); };
  http::Route post = get;
  post.method = http::Method::post;
  return http::RouteTable({get, post});
}

void check_target(std::string_view text) {
  const auto target = http::parse_target(text);
  if (!target.ok()) return;
  for (const std::string& segment : target->segments) {
    require(segment.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos);
    require(segment != "." && segment != "..");
    require(!tidemill::find_invalid_utf8(segment));
  }
  for (const auto& [name, value] : target->query.all()) {
    require(!name.empty() && target->query.find(name) == &value);
    require(value.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos);
  }
}

void check_admission(std::string_view head) {
  static const http::RouteTable routes = make_routes();
  static const http::HostList hosts({"flows.example.org"});
  const http::Gate gate(routes, hosts);
  const auto admission = gate.admit(head, {"192.0.2.1", "192.0.2.2", false});
  if (admission.refusal) {
    require(admission.refusal->status >= 400 && admission.refusal->status <= 505);
    return;
  }
  const http::Request& request = admission.request;
  require(admission.route != nullptr && request.captured.size() == 1);
  require(request.header("transfer-encoding") == nullptr && request.header("host") != nullptr);
  require(request.method == http::Method::post || admission.content_length == 0);
  for (const auto& [name, value] : request.headers) {
    require(value.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos);
    require(name.find_first_of(" \t:_") == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = http::find_head_end(bytes, 0);
  require(end <= size);
  // A head that arrives in two pieces ends where it ends in one.
  const std::size_t half = size / 2;
  const std::size_t first = http::find_head_end(bytes.substr(0, half), 0);
  require((first != 0 ? first : http::find_head_end(bytes, half)) == end);
  check_admission(end > 0 ? bytes.substr(0, end) : bytes);
  check_target(bytes);
  http::parse_range(bytes, size);
  http::parse_authority(bytes);
  return 0;
}
