#include "scheduler/alerts/ack_links.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/people/bearer.h"

namespace tidemill {

Result<AckLinks> AckLinks::open(const std::string& data_dir, std::string base) {
  const std::string file = data_dir + "/links.key";
  while (base.ends_with('/')) base.pop_back();
  auto key = SecretKey::read(file);
  if (key.ok()) return AckLinks(std::move(key).value(), std::move(base));
  if (key.error().code != ErrorCode::not_found) return key.error();
  SecretKey fresh = SecretKey::random();
  TRY(fresh.write(file));
  return AckLinks(std::move(fresh), std::move(base));
}

std::string AckLinks::token(const OutboxRow& row) const {
  return fmt::format("{}-{}", row.id,
                     key_.sign(fmt::format("acknowledge {} {} {} {} {}", row.id, row.key, row.alert,
                                           row.episode.us, row.person)));
}

std::string AckLinks::url(const OutboxRow& row) const { return base_ + "/ack/" + token(row); }

std::optional<std::int64_t> AckLinks::message_of(std::string_view token) {
  return to_int(token.substr(0, token.find('-')));
}

bool AckLinks::is_good(std::string_view given, const OutboxRow& row) const {
  return same_text(given, token(row));
}

}  // namespace tidemill
