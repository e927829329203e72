// Brings one message to the service of a channel: gives it the form that the service asks for, adds
// secrets, which are read at this moment and kept nowhere, and hands it to HTTP or mail.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/alert/message_formats.h"
#include "core/alert/policies.h"
#include "scheduler/alerts/mailer.h"
#include "scheduler/http/probe.h"
#include "scheduler/people/address.h"

namespace tidemill {

class Carriers {
 public:
  struct World {
    std::function<Result<std::string>(const std::string& name)> secret;  // any thread
    std::vector<AddressRange> private_networks;  // that may be asked all the same
    Duration limit = std::chrono::seconds(10);   // of one call
  };
  explicit Carriers(World world);

  // Called once, on any thread.
  using Answer = std::function<void(DeliveryOutcome)>;
  void carry(const AlertChannel& channel, const AlertMessage& message, Answer answer);
  // Asks an address and does not mind the answer.
  void ask(const std::string& url, std::function<void(Result<int>)> answer);

 private:
  void post(Result<http::Prober::Post> post, bool may_go, Answer answer);
  Result<http::Prober::Post> call_of(const AlertChannel& channel,
                                     const AlertMessage& message) const;
  Result<Mail> mail_of(const SmtpChannel& channel, const AlertMessage& message) const;
  Result<std::string> secret(const SecretName& name) const;

  World world_;
  http::Prober prober_;
  Mailer mailer_;
};

}  // namespace tidemill
