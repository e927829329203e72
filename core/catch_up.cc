#include "core/catch_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/timetable_decide.h"
#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 3> kReleaseWords = {"none", "last", "all"};

std::size_t wanted(const TimetableInput& input, Release release) {
  switch (release) {
    case Release::none:
      return 0;
    case Release::last:
      return 1;
    case Release::all:
      return input.catch_up.cap;
  }
  UNREACHABLE();
}

// The newest `most` of one schedule, rising, each once.
std::vector<HeldInstant> newest_of(const std::vector<HeldInstant>& held, const ScheduleState& state,
                                   std::size_t most, WallTime now) {
  std::vector<HeldInstant> own;
  for (const HeldInstant& one : held) {
    const bool waits = one.decision != Decision::run && one.instant <= now;
    if (waits && one.schedule_key == state.key) own.push_back(one);
  }
  const auto rising = [](const HeldInstant& a, const HeldInstant& b) {
    return a.instant < b.instant;
  };
  std::sort(own.begin(), own.end(), rising);
  const auto same = [](const HeldInstant& a, const HeldInstant& b) {
    return a.instant == b.instant;
  };
  own.erase(std::unique(own.begin(), own.end(), same), own.end());
  if (own.size() > most) own.erase(own.begin(), own.end() - static_cast<std::ptrdiff_t>(most));
  return own;
}

InstantDecision released(const TimetableInput& input, std::size_t schedule, const HeldInstant& held,
                         Release release) {
  const ScheduleState& state = input.schedules[schedule];
  InstantDecision entry;
  entry.dag = input.dag;
  entry.schedule_key = state.key;
  entry.schedule = schedule;
  entry.instant = entry.last = entry.interval_end = held.instant;
  entry.interval_start = previous_due(state.schedule, *state.zone, held.instant)
                             .value_or(held.instant);
  entry.label = local_label(*state.zone, held.instant);
  entry.reason = fmt::format("was {}; an operator released {}", to_word(held.decision),
                             release == Release::last ? "the last one" : "all of them");
  entry.replaces = true;
  return entry;
}

std::vector<InstantDecision> released_runs(const TimetableInput& input,
                                           const std::vector<HeldInstant>& held, Release release,
                                           WallTime now) {
  std::vector<InstantDecision> entries;
  for (std::size_t i = 0; i < input.schedules.size(); ++i) {
    for (const HeldInstant& one :
         newest_of(held, input.schedules[i], wanted(input, release), now)) {
      entries.push_back(released(input, i, one, release));
    }
  }
  std::stable_sort(
      entries.begin(), entries.end(),
      [](const InstantDecision& a, const InstantDecision& b) { return a.instant < b.instant; });
  settle_overlap(input, entries);
  std::erase_if(entries,
                [](const InstantDecision& entry) { return entry.decision != Decision::run; });
  return entries;
}

std::string in_words(const ReleasePlan& plan) {
  std::string words = fmt::format(
      "{} of {} run", plan.runs.size(),
      plural(static_cast<std::int64_t>(plan.runs.size() + plan.left), "held instant"));
  if (plan.left > 0) words += "; the others stay as they are, and a backfill can still run them";
  return words;
}

}  // namespace

std::string_view to_word(Release release) { return word_in(kReleaseWords, release); }

std::optional<Release> release_from(std::string_view word) {
  return value_in<Release>(kReleaseWords, word);
}

ReleasePlan plan_release(const TimetableInput& input, const std::vector<HeldInstant>& held,
                         Release release, WallTime now) {
  ReleasePlan plan;
  plan.runs = released_runs(input, held, release, now);
  plan.left = held.size() - plan.runs.size();
  plan.words = in_words(plan);
  return plan;
}

std::string release_question(const TimetableInput& input, const std::vector<HeldInstant>& held,
                             WallTime now) {
  return fmt::format(
      "{} held: none runs nothing, last runs {}, all runs {}",
      held.size() == 1 ? "1 instant was" : fmt::format("{} instants were", held.size()),
      released_runs(input, held, Release::last, now).size(),
      released_runs(input, held, Release::all, now).size());
}

}  // namespace tidemill
