// What happens, as server-sent events. publish() may be called by any thread and never waits; a
// reader sees the events of its topics that its principal may read. The last events are kept, so
// that a reader that comes back with Last-Event-ID misses nothing; one that was away too long, or
// knew another start of the scheduler, first gets an event `reset` and loads its state anew.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemill::http {

// In HubEvent::dag: for those only who may read every dag. No dag has this name.
inline constexpr char kEveryDag[] = "*";

struct HubEvent {
  std::string topic;  // "runs", "run:12", "dags", "workers", "alerts", "log:12/extract/1" …
  std::string type;   // SSE `event:` word: "run", "task", "dag" …
  std::string dag;    // whose readers may see it; empty = whoever may read any dag
  std::string data;   // JSON, one line
  // Not empty: whoever is behind gets only the newest event with this key (states, not log lines).
  std::string key = {};
};

class EventHub {
 public:
  virtual ~EventHub() = default;
  virtual void publish(std::vector<HubEvent> events) = 0;
  // Id of the newest event. A page that loads its state and then opens the stream with this id, as
  // it was before the state was read, misses nothing.
  virtual std::string position() const { return ""; }
  // Whether anybody reads this topic now. Any thread.
  virtual bool has_readers(const std::string& topic) const = 0;
};

}  // namespace tidemill::http
