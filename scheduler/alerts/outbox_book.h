// What is to be said becomes rows of the outbox, and what became of it is recorded. Inside the
// transaction in which the alert changes, so that what is acknowledged is not told any more and
// what is raised is never forgotten.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "core/alert/alert_event.h"
#include "core/alert/delivery.h"
#include "core/alert/policies_parser.h"
#include "core/alert/recipients.h"
#include "scheduler/storage/alert_rows.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill {

// The effects of one event, of an alert that is stored. False when a step that was to be told
// reached nobody at all: the next one need not wait.
Result<bool> post_effects(Database& database, const AlertRow& row,
                          const std::vector<AlertEffect>& effects, const PoliciesPtr& policies,
                          const EscalationPolicy& policy, WallTime now);

// What a channel's failure or recovery means for alerts.
struct ChannelNews {
  enum class Kind : std::uint8_t { none, failing, works } kind = Kind::none;
  std::string what;  // a sentence
};
// What a try came to. `taken` is the row as the sender had it.
Result<ChannelNews> record_try(Database& database, const OutboxRow& taken,
                               const DeliveryOutcome& outcome, const PoliciesPtr& policies,
                               WallTime now);

// What one message told, or was to tell.
struct Bundle {
  std::vector<OutboxRow> rows;  // never empty; the first leads
  std::string key;              // the same whenever the same rows are sent
};
// What is to be sent now that this row is due: it and what it waits with, as far as that is still
// wanted; none when nothing is.
Result<std::optional<Bundle>> bundle_of(Database& database, const OutboxRow& due);
// The same of all of a bundle.
Result<ChannelNews> record_tries(Database& database, const Bundle& taken,
                                 const DeliveryOutcome& outcome, const PoliciesPtr& policies,
                                 WallTime now);

// Raises or ends the alert about a channel; answers as scheduler/alerts/alert_book.h does.
Result<Json> tell_of_channel(Database& database, const std::string& channel,
                             const ChannelNews& news, const PoliciesPtr& policies, WallTime now);

// The key of the alert about a channel.
AlertKey channel_alert_key(const std::string& channel);

}  // namespace tidemill
