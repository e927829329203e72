#include "core/alert/trouble.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/alert/signature.h"

namespace tidemill {
namespace {

// After an outage the runs that are late are only just being made up for.
constexpr Duration kSilencePatience = std::chrono::minutes(1);

TroubleNews news_of(const Trouble& trouble) {
  if (!trouble.holds) return {{trouble.key, alert_event::Recover{}, ""}, trouble.policy};
  return {{trouble.key,
           alert_event::Raise{trouble.fact, trouble.severity,
                              alert_signature(trouble.key, trouble.what), 0},
           trouble.what},
          trouble.policy};
}

}  // namespace

Trouble trouble_of_silence(const ExpectedSuccess& expected, WallTime heard, WallTime now) {
  Trouble trouble;
  trouble.key = {expected.dag, "", "silent"};
  trouble.fact = AlertFact::silent;
  trouble.severity = expected.severity;
  trouble.policy = expected.policy;
  trouble.patience = std::min(expected.every, kSilencePatience);
  trouble.holds = expected.every > Duration::zero() && now - heard > expected.every;
  if (!trouble.holds) return trouble;
  trouble.what = fmt::format("{} has not succeeded since {}: a success is expected every {}",
                             expected.dag, format_rfc3339(heard), format_duration(expected.every));
  return trouble;
}

std::vector<TroubleNews> TroubleBook::look(const std::vector<Trouble>& found, BootTime now) {
  std::vector<TroubleNews> news;
  for (const Trouble& trouble : found) {
    auto [place, is_new] = known_.try_emplace(trouble.key);
    Known& known = place->second;
    if (is_new || known.holds != trouble.holds) {
      known.holds = trouble.holds;
      known.since = now;
    }
    if (known.told == trouble.holds) continue;
    if (now - known.since < (trouble.holds ? trouble.patience : trouble.calm)) continue;
    known.told = trouble.holds;
    news.push_back(news_of(trouble));
  }
  return news;
}

}  // namespace tidemill
