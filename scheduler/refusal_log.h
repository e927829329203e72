// Who was refused, as entries of the audit log: requests without a right to what they ask for, and
// whoever is turned away at the door of workers. Each of the two has its own allowance, so that
// knocking at one hides nothing at the other. Any thread.
#pragma once

#include <functional>

#include "scheduler/http/server.h"
#include "scheduler/people/refusal_book.h"
#include "scheduler/storage/operation.h"
#include "scheduler/worker_door.h"

namespace tidemill {

class RefusalLog {
 public:
  explicit RefusalLog(std::function<void(AuditEntry)> store) : store_(std::move(store)) {}

  void refused(const http::RequestRecord& record);  // looks itself whether it was
  void refused(const TurnedAway& stranger);
  // So that the last of them are told of too, when nobody knocks any more.
  void tell_left_out();

 private:
  std::function<void(AuditEntry)> store_;
  RefusalBook requests_, strangers_;
};

}  // namespace tidemill
