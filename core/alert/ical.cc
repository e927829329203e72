#include "core/alert/ical.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kLineBytes = 75;

// 20260105T080000Z
std::string utc_stamp(WallTime t) {
  std::string text = format_rfc3339({t.us - t.us % 1'000'000});
  std::erase(text, '-');
  std::erase(text, ':');
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
  return out;
}

// A folded line goes on after CRLF and a blank, which counts; characters stay whole.
void add_line(std::string& out, std::string_view line) {
  std::size_t room = kLineBytes;
  while (line.size() > room) {
    std::size_t cut = room;
    while (cut > 1 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
    out += line.substr(0, cut);
    out += "\r\n ";
    line.remove_prefix(cut);
    room = kLineBytes - 1;
  }
  out += line;
  out += "\r\n";
}

std::string names_of(const std::vector<std::string>& users) { return join(users, ", "); }

void add_shift(std::string& out, const Rotation& rotation, const Shift& shift, WallTime end,
               WallTime now) {
  if (shift.users.empty()) return;
  add_line(out, "BEGIN:VEVENT");
  add_line(out, fmt::format("UID:{}-{}@tidemill", rotation.name, utc_stamp(shift.from)));
  add_line(out, "DTSTAMP:" + utc_stamp(now));
  add_line(out, "DTSTART:" + utc_stamp(shift.from));
  add_line(out, "DTEND:" + utc_stamp(end));
  add_line(out, "SUMMARY:" +
                    escaped(fmt::format("{} on call ({})", names_of(shift.users), rotation.name)));
  add_line(out, "TRANSP:TRANSPARENT");
  add_line(out, "END:VEVENT");
}

}  // namespace

std::string rotation_calendar(const Rotation& rotation, WallTime now, WallTime until) {
  std::string out;
  for (const std::string& line :
       {std::string("BEGIN:VCALENDAR"), std::string("VERSION:2.0"),
        std::string("PRODID:-//Tidemill//on call//EN"), std::string("CALSCALE:GREGORIAN"),
        "X-WR-CALNAME:" + escaped("on call: " + rotation.name),
        std::string("REFRESH-INTERVAL;VALUE=DURATION:PT1H")}) {
    add_line(out, line);
  }
  Shift shift{on_call_at(rotation, now), now};
  while (shift.from < until) {
    const auto next = next_shift(rotation, shift.from);
    const WallTime end = next ? next->from : until;
    add_shift(out, rotation, shift, end, now);
    if (!next) break;
    shift = *next;
  }
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace tidemill
