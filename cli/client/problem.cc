#include "cli/client/problem.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/client/fields.h"

namespace tidemill::client {
namespace {

// The longest detail holds one line for each wrong parameter.
constexpr std::size_t kMaxDetail = 4000;

std::string printable_lines(std::string_view text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    if (!out.empty()) out += '\n';
    out += printable(line, 1000);
  }
  return out.substr(0, kMaxDetail);
}

std::string detail_of(const HttpReply& reply) {
  const auto problem = parse_json(reply.body);
  if (!problem.ok() || !problem->is_object()) return fmt::format("HTTP status {}", reply.status);
  std::string detail = text_at(*problem, "detail");
  if (detail.empty()) detail = text_at(*problem, "title");
  for (const Json& error : array_at(*problem, "errors")) {
    std::string where = text_at(error, "pointer");
    if (where.empty()) where = text_at(error, "parameter");
    detail += fmt::format("\n  {}: {}", where, text_at(error, "detail"));
  }
  return printable_lines(detail);
}

}  // namespace

Error problem_of(const HttpReply& reply, const Address& address) {
  const std::string detail = detail_of(reply);
  switch (reply.status) {
    case 400:
    case 413:
    case 422:
      return invalid(detail);
    case 401:
      return conflict(
          fmt::format("{}: {}\nput a good API token into $TIDEMILL_TOKEN, $TIDEMILL_TOKEN_FILE or "
                      "~/.config/tidemill/token; `tidemill tokens add` makes one",
                      address.shown, detail));
    case 403:
      return conflict(
          fmt::format("not allowed: {}\nask an administrator, or use a token that may", detail));
    case 404:
      return not_found(detail);
    case 429:
    case 503:
      return unavailable(
          fmt::format("{} cannot do it at the moment: {}; try again", address.shown, detail));
    default:
      break;
  }
  if (reply.status >= 500) return unavailable(fmt::format("{} failed: {}", address.shown, detail));
  return conflict(detail);
}

}  // namespace tidemill::client
