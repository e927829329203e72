#include "scheduler/api/alert_report.h"

#include "base/zone.h"
#include "core/alert/alert_report.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr Duration kUsualRange = std::chrono::hours(24 * 28);
constexpr int kMostChanges = 500'000;

Result<WallTime> time_of(const Request& request, std::string_view name, WallTime otherwise) {
  const std::string* text = request.query.find(name);
  if (text == nullptr) return otherwise;
  auto time = parse_rfc3339(*text);
  if (!time.ok()) return time.error().context(std::string(name));
  return *time;
}

Result<ReportRange> range_of(const Request& request) {
  TRY(request.query.only({"from", "until", "zone"}));
  ReportRange range;
  range.until = TRY(time_of(request, "until", system_now().wall));
  range.from = TRY(time_of(request, "from", range.until - kUsualRange));
  if (range.from >= range.until) return invalid("from: is not before until");
  auto zone = load_zone(request.query.text("zone", "UTC"));
  if (!zone.ok()) return invalid("zone: " + zone.error().message);
  range.zone = std::move(*zone);
  return range;
}

// Of the dags that the sender may read.
Result<AlertReport> make_report(Context& context, const Request& request,
                                const ReportRange& range) {
  auto database = TRY(context.people.take());
  auto changes = TRY(read_alert_changes(*database, range.from, kMostChanges));
  std::erase_if(changes, [&](const AlertChangeRecord& change) {
    return !may_read(request.who, change.key.dag);
  });
  std::vector<PageRecord> pages;
  for (const PageRow& row : TRY(read_pages(*database, range.from, kMostChanges))) {
    if (may_read(request.who, row.dag)) pages.push_back(row.page);
  }
  return report_alerts(changes, pages, range);
}

Json seconds_or_null(const std::optional<Duration>& time) {
  return time ? Json(static_cast<double>(time->count()) / 1e6) : Json();
}

Json noise_json(const AlertReport::Noise& noise) {
  Json json;
  json.set("dag", text_or_null(noise.key.dag));
  json.set("task", text_or_null(noise.key.task));
  json.set("cause", noise.key.cause);
  json.set("episodes", number(noise.episodes));
  json.set("raised", number(noise.raised));
  json.set("flaps", noise.flaps);
  return json;
}

Json pages_json(const AlertReport::Pages& pages) {
  Json json;
  json.set("person", text_or_null(pages.person));
  json.set("pages", number(pages.pages));
  json.set("out_of_hours", number(pages.out_of_hours));
  json.set("per_week", pages.per_week);
  return json;
}

Json report_json(const AlertReport& report, const ReportRange& range) {
  Json json;
  json.set("from", time_or_null(range.from));
  json.set("until", time_or_null(range.until));
  json.set("zone", range.zone->name());
  json.set("episodes", number(report.episodes));
  json.set("acknowledged", number(report.acknowledged));
  json.set("resolved", number(report.resolved));
  json.set("resolved_alone", number(report.resolved_alone));
  json.set("out_of_hours", number(report.out_of_hours));
  json.set("flapping", number(report.flapping));
  json.set("mean_to_acknowledge_s", seconds_or_null(report.mean_to_acknowledge));
  json.set("mean_to_resolve_s", seconds_or_null(report.mean_to_resolve));
  Json::Array noisiest, pages;
  for (const auto& noise : report.noisiest) noisiest.push_back(noise_json(noise));
  for (const auto& person : report.pages) pages.push_back(pages_json(person));
  json.set("noisiest", std::move(noisiest));
  json.set("pages", std::move(pages));
  return json;
}

Result<Response> get_report(Context& context, const Request& request) {
  const ReportRange range = TRY(range_of(request));
  return Response::json(report_json(TRY(make_report(context, request, range)), range));
}

Result<Response> get_csv(Context& context, const Request& request) {
  const ReportRange range = TRY(range_of(request));
  const AlertReport report = TRY(make_report(context, request, range));
  Response response = Response::text(to_csv(report), "text/csv; charset=utf-8");
  response.with("Content-Disposition", "attachment; filename=\"alerts.csv\"");
  return response;
}

}  // namespace

std::vector<http::Route> alert_report_routes(Context& context) {
  const std::vector<http::ParameterDoc> range = {
      {"from", "string", "When it begins, RFC 3339; four weeks before its end when not given"},
      {"until", "string", "When it ends, not included; now when not given"},
      {"zone", "string", "Of working hours (Monday to Friday, 9 to 18), an IANA name; UTC"}};
  return {
      make_route(context, http::Method::get, "/api/v1/reports/alerts", Permission::read,
                 {"How fast alerts were taken and over, and which are noise", "Alerts", range, "",
                  "AlertReport"},
                 get_report),
      make_route(context, http::Method::get, "/api/v1/reports/alerts.csv", Permission::read,
                 {"The same for a spreadsheet", "Alerts", range, "", ""}, get_csv),
  };
}

std::string alert_figures(const std::vector<OpenAlerts>& open) {
  constexpr AlertState kStates[] = {AlertState::firing, AlertState::acknowledged,
                                    AlertState::snoozed, AlertState::suppressed};
  constexpr AlertSeverity kSeverities[] = {AlertSeverity::critical, AlertSeverity::error,
                                           AlertSeverity::warning, AlertSeverity::info};
  std::string text =
      "# HELP tidemill_alerts Open alerts by state and severity\n# TYPE tidemill_alerts gauge\n";
  for (const AlertState state : kStates) {
    for (const AlertSeverity severity : kSeverities) {
      std::int64_t count = 0;
      for (const OpenAlerts& alerts : open) {
        if (alerts.state == state && alerts.severity == severity) count += alerts.count;
      }
      text += fmt::format("tidemill_alerts{{state=\"{}\",severity=\"{}\"}} {}\n", to_word(state),
                          to_word(severity), count);
    }
  }
  return text;
}

}  // namespace tidemill::api
