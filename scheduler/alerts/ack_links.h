// Links that acknowledge: each is good for one message, so for one alert, one episode of it and one
// person, and for a day. What is in a link cannot be guessed nor made without the key of the data
// folder, and is stored nowhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "scheduler/people/secret_box.h"
#include "scheduler/storage/outbox_rows.h"

namespace tidemill {

inline constexpr Duration kLinkLasts = std::chrono::hours(24);  // from the message on

class AckLinks {
 public:
  // <data>/links.key, mode 0600, made when it is not there. `base`: "https://host" without a slash.
  static Result<AckLinks> open(const std::string& data_dir, std::string base);

  // Of a message that is stored. Letters, digits, "-" and "_" behind the base.
  std::string url(const OutboxRow& row) const;
  const std::string& base() const { return base_; }

  // The id of the message that a token speaks of, before it is known whether it is good.
  static std::optional<std::int64_t> message_of(std::string_view token);
  bool is_good(std::string_view token, const OutboxRow& row) const;

 private:
  AckLinks(SecretKey key, std::string base) : key_(std::move(key)), base_(std::move(base)) {}
  std::string token(const OutboxRow& row) const;

  SecretKey key_;
  std::string base_;
};

}  // namespace tidemill
