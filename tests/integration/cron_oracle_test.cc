// 20,000 random expressions against an independent oracle: python3-croniter for the wall clock
// times that match, Python's zoneinfo for what they mean in a zone (cron_oracle.py).
//
// Covered: five and six fields, numbers, names, ranges, steps, lists, `?`, 7 as Sunday, the day
// rule "either", L, 5L, 5#2, macros, 30 zones, all policies, starts near clock changes and
// elsewhere from 1971 to 2036, and which expressions never fire. Left out, because croniter 1.3.5
// refuses them or is known to be wrong; tests/unit/core/cron_test.cc has tables for them: W and LW;
// 5L and 5#2 beside other days; open steps on weekdays (1/2); lists of days where it skips the
// first days of a month (1,31 after a short month) or its last (31,L); impossible dates beside a
// weekday.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "base/json.h"
#include "core/schedule.h"
#include "tests/support/folders.h"

namespace tidemill {
namespace {

constexpr int kQuestions = 20'000;
constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kYear1971S = 31'536'000;
constexpr std::int64_t kYear2036S = 2'082'758'400;
constexpr std::int64_t kYear2037S = 2'114'380'800;  // from 2038 on our zones know no changes

constexpr std::array<const char*, 30> kZones = {"UTC",
                                                "Europe/Berlin",
                                                "America/New_York",
                                                "Australia/Lord_Howe",
                                                "Asia/Kathmandu",
                                                "America/Sao_Paulo",
                                                "Africa/Casablanca",
                                                "Pacific/Apia",
                                                "Antarctica/Troll",
                                                "Europe/London",
                                                "Europe/Dublin",
                                                "Europe/Moscow",
                                                "Europe/Istanbul",
                                                "Africa/Cairo",
                                                "Africa/Monrovia",
                                                "America/St_Johns",
                                                "America/Havana",
                                                "America/Caracas",
                                                "America/Asuncion",
                                                "America/Santiago",
                                                "Asia/Tehran",
                                                "Asia/Gaza",
                                                "Asia/Pyongyang",
                                                "Asia/Kolkata",
                                                "Australia/Adelaide",
                                                "Pacific/Auckland",
                                                "Pacific/Chatham",
                                                "Pacific/Kwajalein",
                                                "Pacific/Kiritimati",
                                                "Antarctica/Casey"};

struct Question {
  std::string cron;
  std::string zone;
  DstPolicy dst;
  std::int64_t from_s = 0;
  std::int64_t count = 0;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Question next() {
    Question question;
    do {
      question.cron = expression();
    } while (!croniter_is_right_about(question.cron));
    question.zone = kZones[index(kZones.size())];
    question.dst.gap = one_in(3) ? DstPolicy::Gap::skip : DstPolicy::Gap::run_after;
    question.dst.fold = one_in(3) ? DstPolicy::Fold::both : DstPolicy::Fold::first;
    question.from_s = start(*load_zone(question.zone).value());
    question.count = between(1, 5);
    return question;
  }

 private:
  std::size_t index(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  int between(int low, int high) {
    return low + static_cast<int>(index(static_cast<std::size_t>(high - low + 1)));
  }
  bool one_in(int n) { return between(1, n) == 1; }

  // Half of the starts lie within a day and a half of a clock change.
  std::int64_t start(const Zone& zone) {
    const auto span = static_cast<std::size_t>(kYear2036S - kYear1971S);
    const std::int64_t at = kYear1971S + static_cast<std::int64_t>(index(span));
    const std::int64_t change = zone.period_at(at).begin_s;
    if (one_in(2) || change < kYear1971S) return at;
    return change + between(-36 * 3600, 12 * 3600);
  }

  std::string value(int min, int max, std::span<const std::string_view> names) {
    const int number = between(min, max);
    if (names.empty() || one_in(2)) return std::to_string(number);
    return std::string(names[static_cast<std::size_t>(number - min)]);
  }

  std::string element(int min, int max, std::span<const std::string_view> names) {
    const int low = between(min, max);
    const int high = between(low, max);
    switch (between(1, 6)) {
      case 1:
        return fmt::format("*/{}", between(1, max - min));
      case 2:
        return fmt::format("{}-{}", low, high);
      case 3:
        return fmt::format("{}-{}/{}", low, high, between(1, max - min));
      case 4:
        if (min == 0 && max == 6) return value(min, max, names);
        return fmt::format("{}/{}", low, between(1, max - min));
      default:
        return value(min, max, names);
    }
  }

  std::string field(int min, int max, int star_in, std::span<const std::string_view> names = {}) {
    if (one_in(star_in)) return "*";
    std::string text = element(min, max, names);
    for (int more = one_in(3) ? between(1, 3) : 0; more > 0; --more) {
      text += "," + element(min, max, names);
    }
    return text;
  }

  std::string day_of_month() {
    if (one_in(12)) return "L";
    if (one_in(12)) return fmt::format("{},L", between(1, 28));
    return one_in(8) ? "?" : field(1, 31, 2);
  }

  std::string day_of_week() {
    constexpr std::array<std::string_view, 7> kNames = {"SUN", "mon", "Tue", "wed",
                                                        "THU", "fri", "Sat"};
    if (one_in(10)) return one_in(2) ? "7" : "5-7";
    return one_in(8) ? "?" : field(0, 6, 2, kNames);
  }

  std::string days() {
    constexpr std::array<std::string_view, 12> kNames = {"JAN", "feb", "Mar", "apr", "MAY", "jun",
                                                         "Jul", "aug", "SEP", "oct", "Nov", "dec"};
    const std::string month = field(1, 12, 2, kNames);
    if (one_in(12)) return fmt::format("* {} {}#{}", month, between(0, 7), between(1, 5));
    if (one_in(12)) return fmt::format("* {} {}L", month, between(0, 6));
    return fmt::format("{} {} {}", day_of_month(), month, day_of_week());
  }

  std::string expression() {
    constexpr std::array<const char*, 7> kMacros = {"@yearly", "@annually", "@monthly", "@weekly",
                                                    "@daily",  "@midnight", "@hourly"};
    if (one_in(100)) return kMacros[index(kMacros.size())];
    const std::string seconds = one_in(5) ? field(0, 59, 6) + " " : "";
    return fmt::format("{}{} {} {}", seconds, field(0, 59, 6), field(0, 23, 3), days());
  }

  static bool croniter_is_right_about(const std::string& text) {
    const auto cron = parse_cron(text);
    if (!cron.ok()) return true;
    const bool late_days = (cron->days_of_month & 0xc000'0000) != 0;
    const bool early_days = (cron->days_of_month & 0b110) != 0;
    if (cron->day_of_month_restricted && late_days && early_days) return false;
    const bool either = cron->day_of_month_restricted && cron->day_of_week_restricted;
    return !either || cron->months == 0x1ffe || (cron->days_of_month & 0xc000'0000) == 0;
  }

  std::mt19937_64 random_;
};

Json to_json(const Question& question) {
  const bool skip = question.dst.gap == DstPolicy::Gap::skip;
  const bool both = question.dst.fold == DstPolicy::Fold::both;
  return Json::Object{{"cron", question.cron},
                      {"zone", question.zone},
                      {"gap", skip ? "skip" : "run_after"},
                      {"fold", both ? "both" : "first"},
                      {"from", question.from_s},
                      {"count", question.count}};
}

// Unix seconds; nullopt when the expression can never fire.
using Answer = std::optional<std::vector<std::int64_t>>;

// What lies where our zones end is not compared.
void keep_known(std::vector<std::int64_t>& due) {
  std::erase_if(due, [](std::int64_t s) { return s >= kYear2037S; });
}

Answer our_answer(const Question& question) {
  auto cron = parse_cron(question.cron);
  if (!cron.ok()) {
    EXPECT_NE(cron.error().message.find("never fire"), std::string::npos) << cron.error().message;
    return std::nullopt;
  }
  Schedule schedule;
  schedule.cron = std::move(cron).value();
  schedule.timezone = question.zone;
  schedule.dst = question.dst;
  const ZonePtr zone = load_zone(question.zone).value();
  Answer answer = std::vector<std::int64_t>{};
  for (const WallTime t : due_between(schedule, *zone, {question.from_s * kSecondUs}, {INT64_MAX},
                                      static_cast<std::size_t>(question.count))) {
    answer->push_back(t.us / kSecondUs);
  }
  keep_known(*answer);
  return answer;
}

Answer read_answer(const std::string& line) {
  const Json json = parse_json(line).value();
  if (json.is_null()) return std::nullopt;
  Answer answer = std::vector<std::int64_t>{};
  for (const Json& due : json.as_array()) answer->push_back(due.as_int());
  keep_known(*answer);
  return answer;
}

std::vector<Answer> ask_oracle(const std::vector<Question>& questions) {
  const std::string base = fmt::format("{}/cron_oracle", test::build_folder());
  {
    std::ofstream file(base + ".questions");
    for (const Question& question : questions) file << to_json(question).dump() << "\n";
  }
  const std::string command = fmt::format(
      "/usr/bin/python3 '{}/tests/integration/cron_oracle.py' '{}.questions' '{}.answers'",
      test::source_folder(), base, base);
  if (std::system(command.c_str()) != 0) return {};
  std::vector<Answer> answers;
  std::ifstream file(base + ".answers");
  for (std::string line; std::getline(file, line);) answers.push_back(read_answer(line));
  return answers;
}

const char* kind_of(const Question& question, const Answer& answer) {
  if (!answer) return "never fires";
  if (answer->empty()) return "only beyond 2036";
  return question.zone == "UTC" ? "in UTC" : "in other zones";
}

std::string show(const Answer& answer) {
  return answer ? fmt::format("{}", fmt::join(*answer, " ")) : "never";
}

TEST(CronOracle, AgreesWithCroniterAndZoneinfo) {
  constexpr std::uint64_t kSeed = 1'795'337'643;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Generator generator(kSeed);
  std::vector<Question> questions;
  for (int i = 0; i < kQuestions; ++i) questions.push_back(generator.next());
  const std::vector<Answer> answers = ask_oracle(questions);
  ASSERT_EQ(answers.size(), questions.size())
      << "the oracle did not answer; it needs python3-croniter, which ./bootstrap test installs";
  int differences = 0;
  std::map<std::string, int> compared;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Answer& expected = answers[i];
    const Answer found = our_answer(questions[i]);
    ++compared[kind_of(questions[i], expected)];
    if (found == expected) continue;
    ADD_FAILURE() << to_json(questions[i]).dump() << "\nfound    " << show(found) << "\nexpected "
                  << show(expected);
    if (++differences == 20) break;
  }
  for (const auto& [kind, count] : compared) std::printf("%s: %d\n", kind.c_str(), count);
  EXPECT_GT(compared["in other zones"], kQuestions / 2);
}

}  // namespace
}  // namespace tidemill
