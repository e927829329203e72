// The event hub without its sockets. The ring of the last events is also every reader's queue: a
// reader has a place in it and copies what it may see when it can write, so a slow reader costs
// nothing, and one whose place was overwritten is told to begin anew.
//
// publish(), position() and has_readers() may be called by any thread, all else by the I/O thread
// only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/access.h"
#include "scheduler/http/event_hub.h"

namespace tidemill::http {

struct HubReader {
  Principal who;
  std::vector<std::string> topics;
  std::function<void()> wake;  // there is something to take()

  std::uint64_t next = 0;  // first event that was not looked at
  bool behind = false;
  bool greeted = false;
};

class Hub : public EventHub {
 public:
  static constexpr std::size_t kMaxEvents = 10'000;
  static constexpr std::size_t kMaxBytes = 32 << 20;

  // `notify` is called by publish() on its thread, once until the next deliver().
  Hub(std::string epoch, std::function<void()> notify);

  void publish(std::vector<HubEvent> events) override;
  std::string position() const override;
  bool has_readers(const std::string& topic) const override;

  // From now on, or from behind the event with this id ("" = now). `reader` stays until leave().
  void join(HubReader* reader, std::string_view last_id);
  void leave(HubReader* reader);
  // Wakes the readers that the events since the last call concern.
  void deliver();
  // The next events as SSE text, up to about `most` bytes; empty: nothing for now.
  std::string take(HubReader& reader, std::size_t most);
  std::size_t readers() const { return reader_count_; }

 private:
  struct Kept {
    std::string topic, dag, key;
    std::string text;  // as sent
  };

  std::string id_of(std::uint64_t number) const;
  void drop_oldest();
  bool is_stale(const Kept& event, std::uint64_t number) const;
  bool concerns(const Kept& event, std::uint64_t number, const HubReader& reader) const;
  std::uint64_t oldest() const { return newest_ + 1 - ring_.size(); }

  const std::string epoch_;
  const std::function<void()> notify_;

  mutable std::mutex mutex_;
  std::deque<Kept> ring_;     // guarded by mutex_, as are the next five
  std::uint64_t newest_ = 0;  // number of the last event; the first has 1
  std::size_t bytes_ = 0;
  bool notified_ = false;
  std::unordered_map<std::string, std::uint64_t> newest_of_key_;
  std::unordered_map<std::string, std::vector<HubReader*>> readers_of_topic_;

  std::uint64_t delivered_ = 0;  // I/O thread
  std::size_t reader_count_ = 0;
};

}  // namespace tidemill::http
