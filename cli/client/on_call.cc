// Who is on call, and in place of whom.
#include "cli/client/on_call.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

Result<Json> fetch(Api& api, const OnCallCommand& options) {
  std::string at;
  if (!options.at.empty()) {
    at = format_rfc3339(TRY(parse_later("--at", options.at, system_now().wall)));
  }
  return api.get("/oncall" + query_of({{"at", at}}));
}

// Those that are asked for; an error when a name is none.
Result<Json::Array> wanted(const Json& answer, const OnCallCommand& options) {
  Json::Array list;
  std::vector<std::string> names;
  for (const Json& rotation : array_at(answer, "rotations")) {
    names.push_back(text_at(rotation, "rotation"));
    if (options.rotation.empty() || names.back() == options.rotation) list.push_back(rotation);
  }
  if (!list.empty() || options.rotation.empty()) return list;
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest(options.rotation, known);
  return not_found(fmt::format("there is no rotation {}{}", printable(options.rotation, 70),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

std::string people_at(const Json& object, std::string_view key) {
  const std::string people = list_at(object, key);
  return people.empty() ? "nobody" : people;
}

std::string next_at(const Json& rotation) {
  if (!has_value(rotation, "next")) return "-";
  const Json& next = object_at(rotation, "next");
  return fmt::format("{} from {}", people_at(next, "users"), moment_at(next, "from"));
}

// Prints a table of what `row` makes of each rotation.
int show(const OnCallCommand& options, const std::vector<std::string>& heads,
         const std::function<void(Table&, const Json&)>& row) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(fetch(api, options));
    const Json::Array rotations = TRY(wanted(answer, options));
    if (options.json) return say(options, Json(rotations), "");
    Table table(heads);
    for (const Json& rotation : rotations) row(table, rotation);
    fmt::print("{}", table.empty() ? "there is nothing to show\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

}  // namespace

int run_on_call(const OnCallCommand& options) {
  return show(options, {"rotation", "on call", "next"}, [](Table& table, const Json& rotation) {
    table.row({text_at(rotation, "rotation"), people_at(rotation, "now"), next_at(rotation)});
  });
}

int run_on_call_next(const OnCallCommand& options) {
  return show(options, {"rotation", "next"}, [](Table& table, const Json& rotation) {
    table.row({text_at(rotation, "rotation"), next_at(rotation)});
  });
}

int run_on_call_overrides(const OnCallCommand& options) {
  return show(options, {">override", "rotation", "on call", "from", "until", "by", "reason"},
              [](Table& table, const Json& rotation) {
                for (const Json& one : array_at(rotation, "overrides")) {
                  table.row({std::to_string(int_at(one, "override")), text_at(one, "rotation"),
                             list_at(one, "users"), moment_at(one, "from"), moment_at(one, "until"),
                             text_at(one, "by"), text_at(one, "reason")});
                }
              });
}

int run_on_call_override(const OverrideCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const WallTime now = system_now().wall;
    Json body;
    body.set("users", Json::Array(options.users.begin(), options.users.end()));
    if (!options.from.empty()) {
      body.set("from", format_rfc3339(TRY(parse_later("--from", options.from, now))));
    }
    const std::string until = format_rfc3339(TRY(parse_later("--until", options.until, now)));
    body.set("until", until);
    body.set("reason", options.reason);
    const Json made = TRY(api.post(path_of({"oncall", options.rotation, "overrides"}), body));
    return say(options, made,
               fmt::format("override {}: {} on call in {} until {}", int_at(made, "override"),
                           join(options.users, ", "), options.rotation, until));
  });
}

int run_on_call_remove(const OverrideCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json done = TRY(
        api.remove(path_of({"oncall", options.rotation, "overrides", options.id})));
    return say(options, done, fmt::format("override {} is gone", printable(options.id, 40)));
  });
}

}  // namespace tidemill::client
