#include "core/alert/trouble.h"

#include "core/alert/signature.h"

namespace tidemill {
namespace {

TroubleNews news_of(const Trouble& trouble) {
  if (!trouble.holds) return {{trouble.key, alert_event::Recover{}, ""}, trouble.policy};
  return {{trouble.key,
           alert_event::Raise{trouble.fact, trouble.severity,
                              alert_signature(trouble.key, trouble.what), 0},
           trouble.what},
          trouble.policy};
}

}  // namespace

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
