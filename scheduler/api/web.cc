#include "scheduler/api/web.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scheduler/http/gzip.h"
#include "web/embedded.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPage = "/index.html";

// First segments under which the page is no answer: a program that asks there must hear of its
// mistake, and a missing script must not be a page.
constexpr std::array<std::string_view, 6> kOthers = {"api",    "metrics", "healthz",
                                                     "readyz", "ack",     "assets"};

const WebFile* find_file(std::string_view path) {
  for (const WebFile& file : web_files()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

bool is_of_the_page(std::string_view path) {
  const std::string first = to_lower_ascii(path.substr(1, path.find('/', 1) - 1));
  return std::find(kOthers.begin(), kOthers.end(), first) == kOthers.end();
}

Response nothing_here(std::string detail) {
  return Response::problem({404, "Not found", std::move(detail), {}});
}

// The tag is weak, for the same content goes out compressed or not.
Response serve(const WebFile& file, const Request& request) {
  Response response;
  response.content_type = file.content_type;
  response.with("ETag", fmt::format("W/\"{}\"", file.tag));
  if (file.immutable) response.with("Cache-Control", "public, max-age=31536000, immutable");
  const std::string* accepted = request.header("accept-encoding");
  if (!file.gzipped.empty() && accepted != nullptr && http::accepts_gzip(*accepted)) {
    response.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
    response.body = file.gzipped;
  } else {
    response.body = file.plain;
  }
  return response;
}

Response answer(const Request& request) {
  if (const WebFile* file = find_file(request.path)) return serve(*file, request);
  if (!is_of_the_page(request.path)) return nothing_here("there is nothing at this path");
  const WebFile* page = find_file(kPage);
  if (page != nullptr) return serve(*page, request);
  return nothing_here("this build has no web UI; the API is under /api/v1, see /api/openapi.json");
}

}  // namespace

http::Route web_route() {
  return {http::Method::get, "/{page}", Permission::anyone, {"The web UI", "Web"}, answer, 0};
}

}  // namespace tidemill::api
