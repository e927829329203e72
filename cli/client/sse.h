// Server-sent events out of the bytes of a stream (the WHATWG format).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill::client {

struct SseEvent {
  std::string type;  // "message" when it has none
  std::string data;
  std::string id;  // of the last event that had one
};

class SseParser {
 public:
  // The events that these bytes complete. Comments and unknown fields are passed over.
  std::vector<SseEvent> feed(std::string_view bytes);

 private:
  void line(std::string_view text, std::vector<SseEvent>& events);

  std::string rest_;  // of a line that has not ended
  bool after_return_ = false;
  SseEvent event_;
  bool has_data_ = false;
  std::string last_id_;
};

}  // namespace tidemill::client
