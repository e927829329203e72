#include "cli/client/alert_report.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

std::string seconds_in_words(const Json& report, const char* key) {
  if (!has_value(report, key)) return "-";
  return format_duration(Duration(static_cast<std::int64_t>(number_at(report, key) * 1e6)));
}

std::string share(const Json& report, const char* part, const char* whole) {
  const std::int64_t all = int_at(report, whole);
  return all == 0 ? "-" : fmt::format("{} %", int_at(report, part) * 100 / all);
}

void print_noise(const Json& report) {
  Table table({">episodes", ">raised", "about", "cause", ""});
  for (const Json& noise : array_at(report, "noisiest")) {
    const std::string task = text_at(noise, "task");
    const std::string dag = has_value(noise, "dag") ? text_at(noise, "dag") : "the scheduler";
    table.row({std::to_string(int_at(noise, "episodes")), std::to_string(int_at(noise, "raised")),
               task.empty() ? dag : dag + "/" + task, text_at(noise, "cause"),
               flag_at(noise, "flaps") ? "flaps" : ""});
  }
  if (!table.empty()) fmt::print("\n{}", table.text(probe_terminal(1)));
}

void print_pages(const Json& report) {
  Table table({"person", ">pages", ">per week", ">out of hours"});
  for (const Json& person : array_at(report, "pages")) {
    table.row({has_value(person, "person") ? text_at(person, "person") : "a channel",
               std::to_string(int_at(person, "pages")),
               fmt::format("{:.1f}", number_at(person, "per_week")),
               std::to_string(int_at(person, "out_of_hours"))});
  }
  if (!table.empty()) fmt::print("\n{}", table.text(probe_terminal(1)));
}

void print_report(const Json& report) {
  fmt::print("{} from {} to {}\n", plural(int_at(report, "episodes"), "alert"),
             moment_at(report, "from"), moment_at(report, "until"));
  fmt::print("  taken after {}, over after {}, on average\n",
             seconds_in_words(report, "mean_to_acknowledge_s"),
             seconds_in_words(report, "mean_to_resolve_s"));
  fmt::print("  {} out of hours, {} of those that are over ended alone, {}\n",
             share(report, "out_of_hours", "episodes"), share(report, "resolved_alone", "resolved"),
             int_at(report, "flapping") == 1 ? "1 flaps"
                                             : fmt::format("{} flap", int_at(report, "flapping")));
  print_noise(report);
  print_pages(report);
}

}  // namespace

int run_alert_report(const AlertReportCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    std::string from, until;
    if (!options.from.empty()) from = format_rfc3339(TRY(parse_moment("--from", options.from)));
    if (!options.until.empty()) {
      until = format_rfc3339(TRY(parse_moment("--until", options.until)));
    }
    const std::string query = query_of({{"from", from}, {"until", until}, {"zone", options.zone}});
    if (options.csv) {
      std::string text;
      TRY(api.stream("/reports/alerts.csv" + query, "", std::chrono::seconds(30),
                     [&text](std::string_view bytes) {
                       text += bytes;
                       return true;
                     }));
      fmt::print("{}", text);
      return static_cast<int>(kExitOk);
    }
    const Json report = TRY(api.get("/reports/alerts" + query));
    if (options.json) return say(options, report, "");
    print_report(report);
    return static_cast<int>(kExitOk);
  });
}

}  // namespace tidemill::client
