#include "core/alert/rotation.h"

#include <algorithm>

#include "base/check.h"
#include "core/calendar.h"

namespace tidemill {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t seconds_of(WallTime t) { return floor_div(t.us, 1'000'000); }
WallTime wall(std::int64_t utc_s) { return {utc_s * 1'000'000}; }

std::int64_t moment_of(const Zone& zone, std::int64_t local_s) {
  return zone.to_utc({local_s}).first_s;
}

// The n-th turn's beginning; n may be negative before the first handoff.
std::int64_t begin_of_turn(const RotationLayer& layer, const Zone& zone, std::int64_t n) {
  return moment_of(zone, layer.first_handoff.s + n * layer.turn_days * kDayS);
}

// Local arithmetic is off by an hour near a clock change; the moments themselves decide.
std::int64_t turn_at(const RotationLayer& layer, const Zone& zone, std::int64_t utc_s) {
  const std::int64_t local = zone.to_local(utc_s).s;
  std::int64_t n = floor_div(local - layer.first_handoff.s, layer.turn_days * kDayS);
  while (begin_of_turn(layer, zone, n + 1) <= utc_s) ++n;
  while (begin_of_turn(layer, zone, n) > utc_s) --n;
  return n;
}

// 1970-01-01 was a Thursday.
bool counts_today(const RotationLayer& layer, const Zone& zone, std::int64_t utc_s) {
  const std::int64_t day = floor_div(zone.to_local(utc_s).s, kDayS) + 3;
  return (layer.days >> (day - floor_div(day, 7) * 7) & 1) != 0;
}

const std::vector<std::string>* turn_of(const RotationLayer& layer, const Zone& zone,
                                        std::int64_t utc_s) {
  CHECK(layer.turn_days > 0);
  if (layer.turns.empty() || !counts_today(layer, zone, utc_s)) return nullptr;
  const std::int64_t n = turn_at(layer, zone, utc_s);
  if (n < 0) return nullptr;
  const auto& turn = layer.turns[static_cast<std::size_t>(n) % layer.turns.size()];
  return turn.empty() ? nullptr : &turn;
}

// Moments after `t` at which somebody else may be on call: the nearest one.
WallTime next_boundary(const Rotation& rotation, WallTime t) {
  const Zone& zone = *rotation.zone;
  const std::int64_t utc = seconds_of(t);
  const std::int64_t today = floor_div(zone.to_local(utc).s, kDayS);
  std::vector<WallTime> moments;
  for (std::int64_t day = today; day <= today + 2; ++day) {
    moments.push_back(wall(moment_of(zone, day * kDayS)));
  }
  for (const RotationLayer& layer : rotation.layers) {
    moments.push_back(wall(begin_of_turn(layer, zone, turn_at(layer, zone, utc) + 1)));
  }
  for (const RotationOverride& over : rotation.overrides) {
    moments.push_back(over.from);
    moments.push_back(over.until);
  }
  moments.erase(std::remove_if(moments.begin(), moments.end(), [t](WallTime m) { return m <= t; }),
                moments.end());
  return *std::min_element(moments.begin(), moments.end());
}

}  // namespace

std::vector<std::string> on_call_at(const Rotation& rotation, WallTime t) {
  for (auto over = rotation.overrides.rbegin(); over != rotation.overrides.rend(); ++over) {
    if (over->from <= t && t < over->until) return over->users;
  }
  const std::vector<std::string>* best = nullptr;
  int level = 0;
  for (const RotationLayer& layer : rotation.layers) {
    const auto* turn = turn_of(layer, *rotation.zone, seconds_of(t));
    if (turn == nullptr || (best != nullptr && layer.level <= level)) continue;
    best = turn;
    level = layer.level;
  }
  return best == nullptr ? std::vector<std::string>() : *best;
}

std::optional<Shift> next_shift(const Rotation& rotation, WallTime t, Duration within) {
  const auto now = on_call_at(rotation, t);
  for (WallTime at = next_boundary(rotation, t); at - t <= within;
       at = next_boundary(rotation, at)) {
    auto then = on_call_at(rotation, at);
    if (then != now) return Shift{std::move(then), at};
  }
  return std::nullopt;
}

}  // namespace tidemill
