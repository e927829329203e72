#include "cli/client/sse.h"

namespace tidemill::client {

std::vector<SseEvent> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> events;
  for (const char c : bytes) {
    // CR LF is one line end.
    const bool second_half = c == '\n' && after_return_;
    after_return_ = c == '\r';
    if (second_half) continue;
    if (c != '\n' && c != '\r') {
      rest_ += c;
      continue;
    }
    line(rest_, events);
    rest_.clear();
  }
  return events;
}

void SseParser::line(std::string_view text, std::vector<SseEvent>& events) {
  if (text.empty()) {
    if (has_data_) {
      if (event_.type.empty()) event_.type = "message";
      event_.id = last_id_;
      events.push_back(std::move(event_));
    }
    event_ = {};
    has_data_ = false;
    return;
  }
  const auto colon = text.find(':');
  if (colon == 0) return;
  const std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") event_.type = value;
  if (field == "id") last_id_ = value;
  if (field != "data") return;
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

}  // namespace tidemill::client
