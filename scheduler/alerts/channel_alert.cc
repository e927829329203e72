#include "scheduler/alerts/alert_book.h"
#include "scheduler/alerts/outbox_book.h"

namespace tidemill {

Result<Json> tell_of_channel(Database& database, const std::string& channel,
                             const ChannelNews& news, const PoliciesPtr& policies, WallTime now) {
  KeyedAlertEvent keyed;
  keyed.key = channel_alert_key(channel);
  keyed.what = news.what;
  switch (news.kind) {
    case ChannelNews::Kind::none:
      return no_alert_changed();
    case ChannelNews::Kind::failing:
      keyed.event = alert_event::Raise{AlertFact::delivery_failing, AlertSeverity::error, "", 0};
      break;
    case ChannelNews::Kind::works:
      keyed.event = alert_event::Recover{};
      break;
  }
  return tell_keyed_alerts(database, {keyed}, policies, now);
}

}  // namespace tidemill
