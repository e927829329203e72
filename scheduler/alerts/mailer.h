// Hands mails to mail servers, on a few threads of its own. The address rule of the scheduler
// holds (S9): the name is looked up, and a connection is made only to an address that the rule
// lets pass. No proxy; certificates are checked wherever TLS is used.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/alert/delivery.h"
#include "core/alert/policies.h"

namespace tidemill {

struct Mail {
  SmtpChannel channel;
  std::string password;  // its value; empty = none
  std::string text;      // the whole mail with CRLF
};

class Mailer {
 public:
  // Why this address may not be asked; empty = it may. Any thread.
  using Refuse = std::function<std::string(const std::string& address)>;
  explicit Mailer(Refuse refuse);
  ~Mailer();  // what waits is given up without an answer; what is under way is waited for
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  // Called on a thread of the mailer.
  using Answer = std::function<void(DeliveryOutcome)>;
  void send(Mail mail, Answer answer);  // any thread; does not block

 private:
  void work();
  DeliveryOutcome deliver(const Mail& mail) const;

  Refuse refuse_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::pair<Mail, Answer>> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tidemill
