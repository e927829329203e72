#include "base/zone.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace tidemill {
namespace {

using Kind = Zone::Lookup::Kind;

std::int64_t utc_s(std::string_view text) { return parse_rfc3339(text).value().us / 1'000'000; }

LocalTime local(std::string_view text) { return {utc_s(fmt::format("{}Z", text))}; }

ZonePtr zone(std::string_view name) {
  auto loaded = load_zone(name);
  CHECK(loaded.ok());
  return *loaded;
}

std::string refusal(std::string_view name) {
  const auto loaded = load_zone(name);
  return loaded.ok() ? "accepted" : loaded.error().message;
}

TEST(Zone, UtcIsAlwaysThere) {
  EXPECT_EQ(utc_zone()->name(), "UTC");
  EXPECT_EQ(utc_zone()->to_local(-5).s, -5);
  EXPECT_EQ(utc_zone()->to_utc({-5}).first_s, -5);
  EXPECT_EQ(zone("UTC"), utc_zone());
}

TEST(Zone, GapIsTheMomentOfTheChange) {
  const auto found = zone("Europe/Berlin")->to_utc(local("2026-03-29T02:30:00"));
  EXPECT_EQ(found.kind, Kind::gap);
  EXPECT_EQ(found.first_s, utc_s("2026-03-29T01:00:00Z"));
  EXPECT_EQ(found.second_s, found.first_s);
}

TEST(Zone, TheEdgesOfAGap) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin->to_utc(local("2026-03-29T01:59:59")).kind, Kind::unique);
  EXPECT_EQ(berlin->to_utc(local("2026-03-29T02:00:00")).kind, Kind::gap);
  EXPECT_EQ(berlin->to_utc(local("2026-03-29T02:59:59")).kind, Kind::gap);
  EXPECT_EQ(berlin->to_utc(local("2026-03-29T03:00:00")).kind, Kind::unique);
}

TEST(Zone, TheEdgesOfAFold) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin->to_utc(local("2026-10-25T01:59:59")).kind, Kind::unique);
  const auto first = berlin->to_utc(local("2026-10-25T02:00:00"));
  EXPECT_EQ(first.kind, Kind::fold);
  EXPECT_EQ(first.first_s, utc_s("2026-10-25T00:00:00Z"));
  EXPECT_EQ(first.second_s, utc_s("2026-10-25T01:00:00Z"));
  EXPECT_EQ(berlin->to_utc(local("2026-10-25T02:59:59")).kind, Kind::fold);
  EXPECT_EQ(berlin->to_utc(local("2026-10-25T03:00:00")).kind, Kind::unique);
}

TEST(Zone, ADayThatNeverWas) {
  const auto found = zone("Pacific/Apia")->to_utc(local("2011-12-30T12:00:00"));
  EXPECT_EQ(found.kind, Kind::gap);
  EXPECT_EQ(found.first_s, utc_s("2011-12-30T10:00:00Z"));
}

TEST(Zone, HalfHourAndTwoHourShifts) {
  EXPECT_EQ(zone("Australia/Lord_Howe")->to_utc(local("2025-10-05T02:15:00")).kind, Kind::gap);
  EXPECT_EQ(zone("Australia/Lord_Howe")->to_utc(local("2025-10-05T02:30:00")).kind, Kind::unique);
  EXPECT_EQ(zone("Antarctica/Troll")->to_utc(local("2025-03-30T02:59:59")).kind, Kind::gap);
  EXPECT_EQ(zone("Asia/Kathmandu")->period_at(utc_s("2026-01-01T00:00:00Z")).offset_s, 20'700);
}

TEST(Zone, LinksKeepTheNameThatWasAskedFor) {
  EXPECT_EQ(zone("US/Eastern")->name(), "US/Eastern");
  EXPECT_EQ(zone("US/Eastern")->period_at(0).offset_s, -18'000);
}

TEST(Zone, EveryMomentGoesThereAndBackAcrossAllChanges) {
  for (const auto* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Pacific/Apia", "Antarctica/Troll", "Africa/Casablanca",
                           "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kwajalein"}) {
    const auto loaded = zone(name);
    for (const Zone::Period& period : loaded->periods()) {
      for (std::int64_t s = period.begin_s - 90'000; s < period.begin_s + 90'000; s += 599) {
        const auto found = loaded->to_utc(loaded->to_local(s));
        ASSERT_NE(found.kind, Kind::gap) << name << " " << s;
        ASSERT_TRUE(found.first_s == s || found.second_s == s) << name << " " << s;
        ASSERT_LE(found.first_s, found.second_s);
      }
    }
  }
}

TEST(Zone, BeforeAndAfterTheTableTheOuterOffsetsHold) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin->period_at(std::numeric_limits<std::int64_t>::min()).offset_s, 3600);
  EXPECT_EQ(berlin->to_utc(local("1800-01-01T00:00:00")).kind, Kind::unique);
  EXPECT_EQ(berlin->to_utc(local("2500-07-01T00:00:00")).first_s, utc_s("2500-06-30T23:00:00Z"));
}

TEST(Zone, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_NE(refusal("Europe/Berln").find("did you mean Europe/Berlin?"), std::string::npos);
  EXPECT_NE(refusal("europe/berlin").find("did you mean Europe/Berlin?"), std::string::npos);
  EXPECT_NE(refusal("Berlin").find("did you mean Europe/Berlin?"), std::string::npos);
  EXPECT_NE(refusal("new york").find("did you mean America/New_York?"), std::string::npos);
  EXPECT_NE(refusal("utc").find("did you mean UTC?"), std::string::npos);
  EXPECT_NE(refusal("Mars/Base").find("Mars/Base"), std::string::npos);
  EXPECT_EQ(refusal("PST").find("EST?"), std::string::npos);
}

TEST(Zone, ANameIsNeverAPath) {
  for (const auto* name :
       {"../../etc/passwd", "../Europe/Berlin", "/etc/localtime", "/usr/share/zoneinfo/UTC",
        "Europe/../Europe/Berlin", "./UTC", "Europe", "Europe/", "tzdata.zi", "posix/Europe/Berlin",
        "right/Europe/Berlin", "localtime", "posixrules", "Factory", "Europe/Berlin\n",
        " Europe/Berlin", "UTC+2", "CEST"}) {
    EXPECT_NE(refusal(name), "accepted") << name;
  }
  EXPECT_NE(refusal(std::string_view("Europe/Berlin\0", 14)), "accepted");
  EXPECT_NE(refusal(std::string(100'000, 'x')), "accepted");
  EXPECT_LT(refusal(std::string(100'000, 'x')).size(), 300U);
  EXPECT_NE(refusal(""), "accepted");
}

TEST(Zone, ManyThreadsMayLoadAtOnce) {
  std::vector<std::thread> threads;
  std::array<ZonePtr, 8> loaded;
  for (ZonePtr& mine : loaded) {
    threads.emplace_back([&mine] {
      for (const auto* name : {"Europe/Paris", "Asia/Tokyo", "America/Lima", "Africa/Cairo"}) {
        mine = zone(name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const ZonePtr& mine : loaded) EXPECT_EQ(mine, loaded[0]);
}

}  // namespace
}  // namespace tidemill
