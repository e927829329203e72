// Takes messages from the outbox and brings them out, on threads of its own: one that looks, those
// of HTTP and of mail. Nothing of it runs on the scheduler's thread. Of each channel one message is
// under way at a time, so a channel that hangs holds up no other.
//
// At least once: a message is marked as sent after it was, so a crash in between sends it again,
// with the same id. Just before it is sent its row is read once more: what was cancelled by a
// committed acknowledgement is not sent.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "core/alert/policies_parser.h"
#include "scheduler/alerts/ack_links.h"
#include "scheduler/alerts/carriers.h"
#include "scheduler/alerts/outbox_book.h"
#include "scheduler/mutation.h"
#include "scheduler/observer.h"
#include "scheduler/people/readers.h"

namespace tidemill {

class Courier : public Observer {
 public:
  struct World {
    Readers& readers;
    const AckLinks& links;
    std::function<PoliciesPtr()> policies;  // any thread; null = there is no file of alerts
    // What there is to tell of an alert, as text; empty = nothing. On the courier's thread.
    std::function<std::string(const AlertRow&)> story;
    std::function<void(Mutation)> mutate;              // of the scheduler
    std::function<void(const std::string&)> complain;  // any thread
    // Applies what is known about a channel to its alert, inside the transaction.
    std::function<Result<Json>(Database&, const std::string& channel, const ChannelNews&)> tell;
  };
  Courier(World world, Carriers::World carriers);
  ~Courier() override;
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Sends nothing any more when it returns; what is under way is given up, and the next start sends
  // it again. What the scheduler still answers must find this object.
  void stop();

  void on_commit(const Batch& batch) override;
  void wake();  // any thread

 private:
  void work();
  // When to look again by itself.
  Result<WallTime> pass(WallTime now);
  Status begin(Database& database, const OutboxRow& row, const AlertPolicies& policies);
  Status prove(Database& database, const AlertPolicies& policies, WallTime now);
  void check_in(const std::string& url, WallTime now);
  void send_check_in();
  enum class Told : std::uint8_t { all, without_story };
  Result<AlertMessage> compose(Database& database, const OutboxRow& row, Told told);
  Result<AlertMessage> compose(Database& database, const Bundle& bundle);
  Status remind(Database& database, const AlertPolicies& policies, WallTime now);
  Status remind(Database& database, const AlertChannel& channel);
  void reminded(const std::string& channel, const DeliveryOutcome& outcome);
  void record(const Bundle& bundle, const DeliveryOutcome& outcome);
  void recorded(const std::string& channel, const Result<Json>& answer);

  World world_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool awake_ = true;  // an earlier scheduler may have left something
  bool ending_ = false;
  std::set<std::string> busy_;                 // channels
  std::map<std::string, WallTime> paused_;     // channels whose results could not be stored
  std::set<std::string> proving_;              // channels whose canary is being written
  std::string check_in_now_;                   // address that is to be asked; empty = none
  WallTime checked_in_at_{};                   // the courier's thread only
  std::map<std::string, WallTime> remind_at_;  // channels; likewise
  using Reminders = std::map<std::int64_t, AlertMessage>;  // by message
  std::map<std::string, Reminders> reminders_;             // channels; likewise
  std::set<std::string> deaf_;                             // channels that took no reminder
  std::optional<Carriers> carriers_;
  std::thread thread_;
};

}  // namespace tidemill
