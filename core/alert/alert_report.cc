#include "core/alert/alert_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/calendar.h"
#include "core/csv.h"

namespace tidemill {
namespace {

constexpr Duration kFlapsWithin = std::chrono::hours(24);
constexpr Duration kWeek = std::chrono::hours(24 * 7);

struct Episode {
  AlertKey key;
  WallTime began;
  std::optional<WallTime> taken, ended;
  bool ended_alone = false;
  std::uint64_t raised = 1;
};

bool is_taken(AlertState state) {
  return state == AlertState::acknowledged || state == AlertState::snoozed;
}

// Of one alert one after the other; changes of what began before the range are passed over.
class Episodes {
 public:
  void take(const AlertChangeRecord& change) {
    const bool was_open = change.before && *change.before != AlertState::resolved;
    const bool is_open = change.state != AlertState::resolved;
    if (is_open && !was_open) {
      running_[change.alert] = all_.size();
      all_.push_back({change.key, change.at, {}, {}, false, 1});
    }
    const auto found = running_.find(change.alert);
    if (found == running_.end()) return;
    Episode& episode = all_[found->second];
    episode.raised = std::max(episode.raised, change.count);
    if (is_taken(change.state) && !episode.taken) episode.taken = change.at;
    if (is_open) return;
    episode.ended = change.at;
    episode.ended_alone = change.by.empty();
    running_.erase(found);
  }
  std::vector<Episode> in(const ReportRange& range) && {
    std::erase_if(all_, [&](const Episode& episode) {
      return episode.began < range.from || episode.began >= range.until;
    });
    return std::move(all_);
  }

 private:
  std::vector<Episode> all_;
  std::map<std::int64_t, std::size_t> running_;  // by alert
};

// Clocks that were set back make no negative times.
class Mean {
 public:
  void add(Duration value) {
    sum_ += std::max(value, Duration(0));
    ++count_;
  }
  std::optional<Duration> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  Duration sum_{};
  std::int64_t count_ = 0;
};

bool flaps(const std::vector<WallTime>& begins) {
  for (std::size_t i = 0; i + kFlaps <= begins.size(); ++i) {
    if (begins[i + kFlaps - 1] - begins[i] <= kFlapsWithin) return true;
  }
  return false;
}

void add_noise(const std::vector<Episode>& episodes, AlertReport& report) {
  std::map<AlertKey, std::pair<AlertReport::Noise, std::vector<WallTime>>> by_key;
  for (const Episode& episode : episodes) {
    auto& [noise, begins] = by_key[episode.key];
    noise.key = episode.key;
    ++noise.episodes;
    noise.raised += episode.raised;
    begins.push_back(episode.began);
  }
  for (auto& [key, entry] : by_key) {
    entry.first.flaps = flaps(entry.second);
    report.flapping += entry.first.flaps ? 1 : 0;
    report.noisiest.push_back(std::move(entry.first));
  }
  std::stable_sort(report.noisiest.begin(), report.noisiest.end(),
                   [](const auto& a, const auto& b) {
                     return std::pair(a.episodes, a.raised) > std::pair(b.episodes, b.raised);
                   });
  if (report.noisiest.size() > kNoisiest) report.noisiest.resize(kNoisiest);
}

void add_pages(const std::vector<PageRecord>& pages, const ReportRange& range,
               AlertReport& report) {
  std::map<std::string, AlertReport::Pages> by_person;
  for (const PageRecord& page : pages) {
    if (page.at < range.from || page.at >= range.until) continue;
    AlertReport::Pages& person = by_person[page.person];
    person.person = page.person;
    ++person.pages;
    person.out_of_hours += is_working_time(range, page.at) ? 0 : 1;
  }
  // A range of less than a week is not blown up to one.
  const double weeks = std::max(1.0, static_cast<double>((range.until - range.from).count()) /
                                         static_cast<double>(Duration(kWeek).count()));
  for (auto& [name, person] : by_person) {
    person.per_week = static_cast<double>(person.pages) / weeks;
    report.pages.push_back(std::move(person));
  }
  std::stable_sort(report.pages.begin(), report.pages.end(),
                   [](const auto& a, const auto& b) { return a.pages > b.pages; });
}

std::string seconds_or_nothing(const std::optional<Duration>& time) {
  return time ? fmt::format("{:.1f}", static_cast<double>(time->count()) / 1e6) : "";
}

std::string name_of(const AlertKey& key) {
  return fmt::format("{}/{}/{}", key.dag, key.task, key.cause);
}

}  // namespace

bool is_working_time(const ReportRange& range, WallTime t) {
  const std::int64_t utc = t.us / 1'000'000;
  const std::int64_t local = range.zone == nullptr ? utc : range.zone->to_local(utc).s;
  const std::int64_t day = local / kDayS;  // 1970-01-01 was a Thursday
  const std::int64_t weekday = (day + 3) % 7;
  const std::int64_t second = local % kDayS;
  return weekday < 5 && second >= range.work_from_s && second < range.work_until_s;
}

AlertReport report_alerts(const std::vector<AlertChangeRecord>& changes,
                          const std::vector<PageRecord>& pages, const ReportRange& range) {
  Episodes taking;
  for (const AlertChangeRecord& change : changes) taking.take(change);
  const std::vector<Episode> episodes = std::move(taking).in(range);
  AlertReport report;
  report.episodes = episodes.size();
  Mean to_acknowledge, to_resolve;
  for (const Episode& episode : episodes) {
    report.out_of_hours += is_working_time(range, episode.began) ? 0 : 1;
    if (episode.taken) {
      ++report.acknowledged;
      to_acknowledge.add(*episode.taken - episode.began);
    }
    if (!episode.ended) continue;
    ++report.resolved;
    report.resolved_alone += episode.ended_alone ? 1 : 0;
    to_resolve.add(*episode.ended - episode.began);
  }
  report.mean_to_acknowledge = to_acknowledge.value();
  report.mean_to_resolve = to_resolve.value();
  add_noise(episodes, report);
  add_pages(pages, range, report);
  return report;
}

std::string to_csv(const AlertReport& report) {
  std::string text = csv_line({"what", "name", "value"});
  const auto add = [&text](const std::string& what, const std::string& name, std::string value) {
    text += csv_line({what, name, std::move(value)});
  };
  const auto count = [&](const char* what, std::size_t value) {
    add(what, "", fmt::format("{}", value));
  };
  count("episodes", report.episodes);
  count("acknowledged", report.acknowledged);
  count("resolved", report.resolved);
  count("resolved_alone", report.resolved_alone);
  count("out_of_hours", report.out_of_hours);
  count("flapping", report.flapping);
  add("mean_to_acknowledge_s", "", seconds_or_nothing(report.mean_to_acknowledge));
  add("mean_to_resolve_s", "", seconds_or_nothing(report.mean_to_resolve));
  for (const AlertReport::Noise& noise : report.noisiest) {
    add("noisiest_episodes", name_of(noise.key), fmt::format("{}", noise.episodes));
    add("noisiest_raised", name_of(noise.key), fmt::format("{}", noise.raised));
  }
  for (const AlertReport::Pages& pages : report.pages) {
    add("pages", pages.person, fmt::format("{}", pages.pages));
    add("pages_out_of_hours", pages.person, fmt::format("{}", pages.out_of_hours));
    add("pages_per_week", pages.person, fmt::format("{:.1f}", pages.per_week));
  }
  return text;
}

}  // namespace tidemill
