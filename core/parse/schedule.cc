#include "core/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// `schedule:` in all its forms.
namespace tidemill {
namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
// 2026-01-01: from where a schedule is tried when the caller names no time.
constexpr WallTime kTrialStart{1'767'225'600 * kUsPerSecond};
// 2038-01-01, where the system's tables of clock changes end.
constexpr WallTime kZoneTablesEnd{2'145'916'800 * kUsPerSecond};
constexpr std::array<std::string_view, 5> kKinds = {"cron", "every", "at", "dates", "calendar"};

struct CronField {
  std::string_view name;
  std::size_t size;  // of the range that a step should divide; 0 = never even
};
constexpr std::array<CronField, 6> kCronFields = {{{"second", 60},
                                                   {"minute", 60},
                                                   {"hour", 24},
                                                   {"day-of-month", 0},
                                                   {"month", 12},
                                                   {"day-of-week", 0}}};

struct Piece {
  std::string_view text;
  std::size_t offset;
  const CronField* field;
};

std::vector<Piece> cron_pieces(std::string_view text) {
  std::vector<Piece> pieces;
  for (std::size_t at = text.find_first_not_of(" \t"); at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    pieces.push_back({text.substr(at, end - at), at, nullptr});
    at = std::min(text.find_first_not_of(" \t", end), text.size());
  }
  if (pieces.size() != 5 && pieces.size() != 6) return pieces;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    pieces[i].field = &kCronFields[i + kCronFields.size() - pieces.size()];
  }
  return pieces;
}

class ScheduleReader {
 public:
  ScheduleReader(ParseContext& context, const YamlNode& node) : context_(context), node_(node) {}

  void read() {
    if (is_text(&node_)) {
      read_cron(node_);
      read_zone();
    } else if (node_.kind == YamlNode::Kind::map) {
      read_map();
    } else {
      return;
    }
    for (const std::string_view key : {"at", "dates"}) {
      if (!is_bounded(context_.findings, node_.find(key), key)) return;
    }
    if (broken_ || context_.findings.errors() > errors_before_) return;
    try_out();
    context_.dag.schedules.push_back(std::move(schedule_));
  }

 private:
  void add(Rule rule, const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(rule, at.mark, std::move(message), std::move(hint));
  }

  void read_map() {
    std::vector<std::string_view> given;
    for (const std::string_view kind : kKinds) {
      if (node_.find(kind) != nullptr) given.push_back(kind);
    }
    if (given.size() != 1) {
      add(Rule::bad_schedule, node_,
          given.empty() ? "the schedule says nothing about when"
                        : fmt::format("the schedule has both {} and {}", given[0], given[1]),
          "give exactly one of cron, every, at, dates and calendar; a list of schedules may mix "
          "them");
      return;
    }
    read_kind(given[0], *node_.find(given[0]));
    read_zone();
    read_dst(given[0]);
    refuse_stray("anchor", given[0] == "every");
    refuse_stray("time", given[0] == "dates" || given[0] == "calendar");
  }

  void read_kind(std::string_view kind, const YamlNode& value) {
    if (kind == "cron") read_cron(value);
    if (kind == "every") read_every(value);
    if (kind == "at") read_at(value);
    if (kind == "dates") read_dates(value);
    if (kind == "calendar") read_calendar(value);
  }

  void refuse_stray(std::string_view key, bool fits) {
    const YamlNode* node = node_.find(key);
    if (node == nullptr || fits) return;
    add(Rule::bad_schedule, *node, fmt::format("{} does not belong to this kind of schedule", key),
        key == "anchor" ? "anchor goes with every" : "time goes with dates and calendar");
  }

  void read_cron(const YamlNode& value) {
    schedule_.kind = Schedule::Kind::cron;
    broken_ = !is_clear_text(value);
    if (broken_) return;
    schedule_.text = value.text;
    auto cron = parse_cron(value.text);
    if (!cron.ok()) {
      const std::string& message = cron.error().message;
      context_.findings.add(Rule::bad_cron, place_of_cron_error(value, message), message);
      return;
    }
    schedule_.cron = std::move(cron).value();
    warn_of_uneven_steps(value);
  }

  // The message begins with the field's name.
  Mark place_of_cron_error(const YamlNode& value, std::string_view message) {
    const std::string_view name = message.substr(0, message.find(':'));
    for (const Piece& piece : cron_pieces(value.text)) {
      if (piece.field != nullptr && piece.field->name == name) {
        return context_.source.place(value, piece.offset);
      }
    }
    return value.mark;
  }

  void warn_of_uneven_steps(const YamlNode& value) {
    for (const Piece& piece : cron_pieces(value.text)) {
      if (piece.field == nullptr || piece.field->size == 0 || !piece.text.starts_with("*/"))
        continue;
      const auto step = to_int(piece.text.substr(2));
      const auto size = static_cast<std::int64_t>(piece.field->size);
      if (!step || *step <= 0 || size % *step == 0) continue;
      const std::int64_t last = (size - 1) / *step * *step;
      context_.findings.add(
          Rule::uneven_step, context_.source.place(value, piece.offset),
          fmt::format("{} does not divide {}: after {} the next one comes {} later, not {}",
                      piece.text, size, last, plural(size - last, piece.field->name), *step),
          piece.field->size == 60 ? fmt::format("every: {}{} keeps the distance", *step,
                                                piece.field->name == "minute" ? "m" : "s")
                                  : "");
    }
  }

  void read_every(const YamlNode& value) {
    schedule_.kind = Schedule::Kind::every;
    schedule_.text = "every " + value.text;
    broken_ = !read_duration(&value, schedule_.every);
    if (broken_) return;
    if (schedule_.every < std::chrono::seconds(1)) {
      add(Rule::too_often, value,
          fmt::format("every {} is more often than once a second", value.text), "the least is 1s");
    }
    const YamlNode* anchor = node_.find("anchor");
    if (is_text(anchor)) schedule_.anchor = read_instant(*anchor).value_or(WallTime{});
  }

  std::optional<WallTime> read_instant(const YamlNode& value) {
    const auto instant = parse_rfc3339(value.text);
    if (instant.ok()) return instant.value();
    add(Rule::bad_instant, value, instant.error().message, "for example 2026-12-24T06:30:00Z");
    return std::nullopt;
  }

  void read_at(const YamlNode& value) {
    schedule_.kind = Schedule::Kind::at;
    broken_ = value.kind == YamlNode::Kind::null || value.kind == YamlNode::Kind::map;
    for_each_text(&value, [&](const YamlNode& item) {
      if (const auto instant = read_instant(item)) add_once(item, schedule_.instants, *instant);
      schedule_.text += (schedule_.text.empty() ? "at " : ", ") + item.text;
    });
    if (value.kind == YamlNode::Kind::sequence && value.items.empty()) no_instants(value);
    std::sort(schedule_.instants.begin(), schedule_.instants.end());
  }

  void no_instants(const YamlNode& value) {
    add(Rule::never_fires, value, "the list is empty, so the schedule never fires");
  }

  template <typename T>
  void add_once(const YamlNode& item, std::vector<T>& to, T value) {
    if (std::find(to.begin(), to.end(), value) == to.end()) return to.push_back(value);
    add(Rule::repeated_item, item, fmt::format("{} is given twice", printable(item.text, 40)));
  }

  std::optional<std::int32_t> read_date(const YamlNode& value) {
    const auto date = parse_date(value.text);
    if (date.ok() && date.value() >= 0) return date.value();
    add(Rule::bad_instant, value,
        date.ok() ? fmt::format("{} lies before 1970", value.text) : date.error().message,
        "dates are written YYYY-MM-DD");
    return std::nullopt;
  }

  void read_dates(const YamlNode& value) {
    schedule_.kind = Schedule::Kind::dates;
    broken_ = value.kind == YamlNode::Kind::null || value.kind == YamlNode::Kind::map;
    for_each_text(&value, [&](const YamlNode& item) {
      if (const auto date = read_date(item)) add_once(item, schedule_.dates, *date);
      schedule_.text += (schedule_.text.empty() ? "" : ", ") + item.text;
    });
    if (value.kind == YamlNode::Kind::sequence && value.items.empty()) no_instants(value);
    std::sort(schedule_.dates.begin(), schedule_.dates.end());
    schedule_.time_of_day_s = read_time();
  }

  std::int32_t read_time() {
    const YamlNode* node = node_.find("time");
    if (!is_text(node)) return 0;
    const auto time = parse_time_of_day(node->text);
    if (time.ok()) return time.value();
    add(Rule::bad_instant, *node, time.error().message,
        "write it as \"06:30\", from 00:00 to 23:59:59");
    return 0;
  }

  void read_calendar(const YamlNode& value) {
    schedule_.kind = Schedule::Kind::calendar;
    std::string days = "business_days";
    read_text(is_text(&value) ? &value : value.find("days"), days);
    schedule_.text = days;
    if (days == "first_business_day") schedule_.calendar.days = Calendar::Days::first_business_day;
    if (days == "last_business_day") schedule_.calendar.days = Calendar::Days::last_business_day;
    schedule_.calendar.time_of_day_s = read_time();
    const YamlNode* holidays = value.find("holidays");
    if (holidays == nullptr || !is_bounded(context_.findings, holidays, "holidays")) return;
    if (is_text(holidays)) return read_holiday_file(*holidays);
    for_each_text(holidays, [&](const YamlNode& item) {
      if (const auto date = read_date(item)) add_once(item, schedule_.calendar.holidays, *date);
    });
    std::sort(schedule_.calendar.holidays.begin(), schedule_.calendar.holidays.end());
  }

  void read_holiday_file(const YamlNode& value) {
    const bool inside = !value.text.empty() && value.text[0] != '/' &&
                        value.text.find("..") == std::string::npos;
    if (!inside || !context_.options.read_file) {
      add(Rule::bad_holidays, value,
          inside ? "files cannot be read here, so the holidays are unknown"
                 : fmt::format("\"{}\" is not a file below the DAG's folder",
                               printable(value.text, 80)));
      return;
    }
    const auto content = context_.options.read_file(value.text);
    if (!content.ok()) return add(Rule::bad_holidays, value, content.error().message);
    int number = 0;
    for (const std::string_view raw : split(content.value(), '\n')) {
      ++number;
      const std::string_view line = trim(raw.substr(0, raw.find('#')));
      if (line.empty()) continue;
      const auto date = parse_date(line.substr(0, line.find_first_of(" \t")));
      if (!date.ok()) {
        return add(
            Rule::bad_holidays, value,
            fmt::format("line {} of {} is not a date: {}", number, value.text, printable(line, 40)),
            "write one YYYY-MM-DD a line; what follows it is a remark");
      }
      schedule_.calendar.holidays.push_back(date.value());
    }
    auto& days = schedule_.calendar.holidays;
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
  }

  void read_zone() {
    const YamlNode* node = node_.find("timezone");
    read_text(node, schedule_.timezone);
    auto zone = schedule_.timezone == "UTC" ? Result<ZonePtr>(utc_zone())
                                            : context_.options.zone(schedule_.timezone);
    if (zone.ok()) {
      zone_ = std::move(zone).value();
    } else if (node != nullptr) {
      add(Rule::unknown_zone, *node, zone.error().message);
    }
  }

  void read_dst(std::string_view kind) {
    const YamlNode* node = node_.find("dst");
    if (node == nullptr) return;
    std::string gap, fold;
    read_text(node->find("gap"), gap);
    read_text(node->find("fold"), fold);
    if (gap == "skip") schedule_.dst.gap = DstPolicy::Gap::skip;
    if (fold == "both") schedule_.dst.fold = DstPolicy::Fold::both;
    if (kind == "every" || kind == "at") {
      add(Rule::unused_key, *node,
          fmt::format("dst has no effect on {}, which knows no local time", kind));
    }
  }

  void try_out() {
    const bool now_known = context_.options.now != WallTime{};
    const WallTime from = now_known ? context_.options.now : kTrialStart;
    if (!next_due(schedule_, *zone_, from)) {
      const bool ever = next_due(schedule_, *zone_, WallTime{}).has_value();
      if (!ever) return add(Rule::never_fires, node_, "the schedule never fires");
      if (now_known) add(Rule::past_schedule, node_, "every instant of the schedule is past");
      return;
    }
    const auto gap = shortest_gap(schedule_, *zone_, from);
    if (gap && *gap < std::chrono::seconds(1)) {
      add(Rule::too_often, node_, "the schedule fires more often than once a second");
    } else if (gap && *gap < std::chrono::seconds(10)) {
      add(Rule::fires_often, node_,
          fmt::format("the schedule fires every {}", format_duration(*gap)),
          "a run every ten seconds or less is seldom meant");
    }
    warn_of_far_future();
  }

  void warn_of_far_future() {
    const bool local = schedule_.kind == Schedule::Kind::dates && schedule_.timezone != "UTC";
    if (!local || schedule_.dates.empty()) return;
    if (WallTime{schedule_.dates.back() * std::int64_t{86'400} * kUsPerSecond} < kZoneTablesEnd)
      return;
    add(Rule::far_future, node_, "a date lies after 2037, where clock changes are not known");
  }

  ParseContext& context_;
  const YamlNode& node_;
  const std::size_t errors_before_ = context_.findings.errors();
  bool broken_ = false;  // what the table of fields has refused already
  Schedule schedule_;
  ZonePtr zone_;
};

}  // namespace

void read_schedules(ParseContext& context) {
  const YamlNode* node = context.root.find("schedule");
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::sequence) return ScheduleReader(context, *node).read();
  if (node->items.empty()) {
    context.findings.add(Rule::empty_value, node->mark, "the list of schedules is empty",
                         "delete the key, or add a schedule");
  }
  for (const YamlNode& item : node->items) ScheduleReader(context, item).read();
}

}  // namespace tidemill
