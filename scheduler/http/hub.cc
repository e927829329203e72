#include "scheduler/http/hub.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

std::string to_sse(const std::string& id, const HubEvent& event) {
  CHECK(event.type.find_first_of("\r\n") == std::string::npos);
  std::string text = "id: " + id + "\nevent: " + event.type;
  // A carriage return ends a line as well, so data that has one would break the frame.
  for (std::size_t at = 0; at <= event.data.size();) {
    const std::size_t end = std::min(event.data.find_first_of("\r\n", at), event.data.size());
    text.append("\ndata: ").append(event.data, at, end - at);
    at = end + 1;
  }
  return text + "\n\n";
}

}  // namespace

Hub::Hub(std::string epoch, std::function<void()> notify)
    : epoch_(std::move(epoch)), notify_(std::move(notify)) {}

std::string Hub::id_of(std::uint64_t number) const { return fmt::format("{}-{}", epoch_, number); }

void Hub::drop_oldest() {
  const Kept& event = ring_.front();
  bytes_ -= event.text.size();
  const auto found = newest_of_key_.find(event.key);
  if (found != newest_of_key_.end() && found->second == oldest()) newest_of_key_.erase(found);
  ring_.pop_front();
}

void Hub::publish(std::vector<HubEvent> events) {
  if (events.empty()) return;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    for (HubEvent& event : events) {
      std::string text = to_sse(id_of(newest_ + 1), event);
      bytes_ += text.size();
      ++newest_;
      if (!event.key.empty()) newest_of_key_[event.key] = newest_;
      ring_.push_back(
          {std::move(event.topic), std::move(event.dag), std::move(event.key), std::move(text)});
      while (ring_.size() > kMaxEvents || (bytes_ > kMaxBytes && ring_.size() > 1)) drop_oldest();
    }
    first = !std::exchange(notified_, true);
  }
  if (first) notify_();
}

std::string Hub::position() const {
  const std::lock_guard lock(mutex_);
  return id_of(newest_);
}

void Hub::join(HubReader* reader, std::string_view last_id) {
  const std::lock_guard lock(mutex_);
  for (const std::string& topic : reader->topics) readers_of_topic_[topic].push_back(reader);
  ++reader_count_;
  reader->behind = true;
  reader->next = delivered_ + 1;
  if (last_id.empty()) return;
  const std::size_t dash = last_id.rfind('-');
  const auto number = dash == std::string_view::npos || last_id.substr(0, dash) != epoch_
                          ? std::nullopt
                          : to_int(last_id.substr(dash + 1));
  const bool known = number && *number >= 0 && static_cast<std::uint64_t>(*number) <= newest_;
  // 0 is before everything that is kept, so take() begins with a reset.
  reader->next = known ? static_cast<std::uint64_t>(*number) + 1 : 0;
}

bool Hub::has_readers(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  return readers_of_topic_.contains(topic);
}

void Hub::leave(HubReader* reader) {
  const std::lock_guard lock(mutex_);
  for (const std::string& topic : reader->topics) {
    const auto found = readers_of_topic_.find(topic);
    if (found == readers_of_topic_.end()) continue;
    std::erase(found->second, reader);
    if (found->second.empty()) readers_of_topic_.erase(found);
  }
  --reader_count_;
}

void Hub::deliver() {
  std::vector<HubReader*> woken;
  {
    const std::lock_guard lock(mutex_);
    notified_ = false;
    for (std::uint64_t n = std::max(delivered_ + 1, oldest()); n <= newest_; ++n) {
      const auto found = readers_of_topic_.find(ring_[n - oldest()].topic);
      if (found == readers_of_topic_.end()) continue;
      for (HubReader* reader : found->second) {
        if (std::exchange(reader->behind, true)) continue;
        reader->next = std::max(reader->next, n);
        woken.push_back(reader);
      }
    }
    delivered_ = newest_;
  }
  for (HubReader* reader : woken) reader->wake();
}

bool Hub::is_stale(const Kept& event, std::uint64_t number) const {
  if (event.key.empty()) return false;
  const auto found = newest_of_key_.find(event.key);
  return found != newest_of_key_.end() && found->second > number;
}

bool Hub::concerns(const Kept& event, std::uint64_t number, const HubReader& reader) const {
  return std::find(reader.topics.begin(), reader.topics.end(), event.topic) !=
             reader.topics.end() &&
         (event.dag.empty() ? allows(reader.who, Permission::read)
                            : may_read(reader.who, event.dag)) &&
         !is_stale(event, number);
}

std::string Hub::take(HubReader& reader, std::size_t most) {
  std::string text;
  const std::lock_guard lock(mutex_);
  if (!std::exchange(reader.greeted, true)) {
    // The id alone, so that a client that saw no event yet can come back to this place.
    text = "retry: 2000\n";
    if (reader.next >= oldest()) text += "id: " + id_of(reader.next - 1) + "\n\n";
  }
  if (!reader.behind) return text;
  if (reader.next < oldest()) {
    text += "id: " + id_of(delivered_) + "\nevent: reset\ndata: {}\n\n";
    reader.next = delivered_ + 1;
  }
  while (reader.next <= delivered_ && text.size() < most) {
    const Kept& event = ring_[reader.next - oldest()];
    if (concerns(event, reader.next, reader)) text += event.text;
    ++reader.next;
  }
  reader.behind = reader.next <= delivered_;
  return text;
}

}  // namespace tidemill::http
