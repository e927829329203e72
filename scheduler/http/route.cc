#include "scheduler/http/route.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

bool is_capture(std::string_view piece) { return piece.starts_with('{') && piece.ends_with('}'); }

std::vector<std::string_view> pieces_of(std::string_view path) {
  return split(path.substr(1), '/');
}

bool same_shape(std::string_view a, std::string_view b) {
  const auto left = pieces_of(a);
  const auto right = pieces_of(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](auto x, auto y) { return x == y || (is_capture(x) && is_capture(y)); });
}

bool matches(std::string_view path, const std::vector<std::string>& segments) {
  std::size_t at = 1;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (at > path.size()) return false;
    const std::string_view piece = path.substr(at, path.find('/', at) - at);
    if (is_capture(piece) ? segments[i].empty() : piece != segments[i]) return false;
    at += piece.size() + 1;
  }
  return at > path.size();
}

// A fixed segment beats a capture, the first difference decides: /runs/compare before /runs/{run}.
bool is_more_specific(std::string_view a, std::string_view b) {
  const auto left = pieces_of(a);
  const auto right = pieces_of(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (is_capture(left[i]) != is_capture(right[i])) return is_capture(right[i]);
  }
  return false;
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes, std::optional<Route> otherwise)
    : routes_(std::move(routes)), otherwise_(std::move(otherwise)) {
  CHECK(!otherwise_ || otherwise_->handle != nullptr);
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    CHECK(routes_[i].path.starts_with('/'));
    CHECK(routes_[i].handle != nullptr);
    for (std::size_t j = 0; j < i; ++j) {
      CHECK(routes_[i].method != routes_[j].method ||
            !same_shape(routes_[i].path, routes_[j].path));
    }
  }
}

RouteTable::Match RouteTable::find(Method method, const std::vector<std::string>& segments) const {
  Match match;
  for (const Route& route : routes_) {
    if (!matches(route.path, segments)) continue;
    if (std::find(match.allowed.begin(), match.allowed.end(), route.method) ==
        match.allowed.end()) {
      match.allowed.push_back(route.method);
    }
    if (route.method != method) continue;
    if (match.route == nullptr || is_more_specific(route.path, match.route->path)) {
      match.route = &route;
    }
  }
  if (match.route == nullptr) {
    if (match.allowed.empty() && otherwise_ && method == Method::get) match.route = &*otherwise_;
    return match;
  }
  const auto pieces = pieces_of(match.route->path);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!is_capture(pieces[i])) continue;
    match.captured.emplace_back(pieces[i].substr(1, pieces[i].size() - 2), segments[i]);
  }
  return match;
}

}  // namespace tidemill::http
