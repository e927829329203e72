#include "cli/next_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/json.h"
#include "base/text.h"
#include "base/zone.h"
#include "cli/exit_code.h"
#include "core/schedule.h"

namespace tidemill {
namespace {

constexpr std::int64_t kMostTimes = 100'000;
constexpr WallTime kYear2038{2'145'916'800'000'000};

struct Question {
  Schedule schedule;
  ZonePtr zone;
  WallTime from;
};

Error not_a_choice(std::string_view option, std::string_view value, std::string_view choices) {
  return invalid(
      fmt::format("{}: \"{}\" is not known; use {}", option, printable(value, 40), choices));
}

Result<DstPolicy> parse_policy(const NextOptions& options) {
  DstPolicy policy;
  if (options.gap == "skip") {
    policy.gap = DstPolicy::Gap::skip;
  } else if (options.gap != "run_after") {
    return not_a_choice("--gap", options.gap, "run_after or skip");
  }
  if (options.fold == "both") {
    policy.fold = DstPolicy::Fold::both;
  } else if (options.fold != "first") {
    return not_a_choice("--fold", options.fold, "first or both");
  }
  return policy;
}

template <typename T>
Result<T> for_option(std::string_view option, Result<T> result) {
  if (result.ok()) return result;
  return result.error().context(std::string(option));
}

Result<Question> parse_question(const NextOptions& options) {
  if (options.count < 1 || options.count > kMostTimes) {
    return invalid(fmt::format("--count: {} is not in 1-{}", options.count, kMostTimes));
  }
  Question question;
  question.schedule.cron = TRY(parse_cron(options.cron));
  question.schedule.text = options.cron;
  question.schedule.timezone = options.timezone;
  question.schedule.dst = TRY(parse_policy(options));
  question.zone = TRY(for_option("--timezone", load_zone(options.timezone)));
  question.from = options.from.empty() ? system_now().wall
                                       : TRY(for_option("--from", parse_rfc3339(options.from)));
  return question;
}

std::vector<WallTime> answer(const Question& question, std::int64_t count) {
  constexpr WallTime kForever{INT64_MAX};
  return due_between(question.schedule, *question.zone, question.from, kForever,
                     static_cast<std::size_t>(count));
}

// "2026-03-29T03:00:00+02:00".
std::string format_local(WallTime t, const Zone& zone) {
  const std::int64_t offset_s = zone.period_at(t.us / 1'000'000).offset_s;
  std::string text = format_rfc3339(t + std::chrono::seconds(offset_s));
  text.pop_back();
  const std::int64_t minutes = std::abs(offset_s) / 60;
  return fmt::format("{}{}{:02}:{:02}", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string to_json(const Question& question, const std::vector<WallTime>& times) {
  Json::Array rows;
  for (const WallTime t : times) {
    rows.push_back(
        Json::Object{{"utc", format_rfc3339(t)}, {"local", format_local(t, *question.zone)}});
  }
  return Json(Json::Object{{"cron", question.schedule.text},
                           {"timezone", question.schedule.timezone},
                           {"words", in_words(question.schedule)},
                           {"times", std::move(rows)}})
      .dump();
}

}  // namespace

Result<std::vector<WallTime>> next_times(const NextOptions& options) {
  return answer(TRY(parse_question(options)), options.count);
}

int run_next(const NextOptions& options) {
  const auto question = parse_question(options);
  if (!question.ok()) return report(question.error());
  const std::vector<WallTime> times = answer(*question, options.count);
  std::string out;
  if (options.json) {
    out = to_json(*question, times) + "\n";
  } else {
    for (const WallTime t : times) out += format_rfc3339(t) + "\n";
  }
  if (!times.empty() && times.back() >= kYear2038 && question->zone->periods().size() > 1) {
    fmt::print(stderr, "tidemill: from 2038 on, clock changes of {} are not known and left out\n",
               question->zone->name());
  }
  const bool written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
  if (!written || std::fflush(stdout) != 0) return report(errno_error("cannot write the answer"));
  return kExitOk;
}

}  // namespace tidemill
