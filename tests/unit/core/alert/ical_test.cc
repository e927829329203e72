#include "core/alert/ical.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/at.h"

namespace tidemill {
namespace {

using testing::at;

Rotation weekly() {
  Rotation made;
  made.name = "primary";
  made.zone = load_zone("Europe/Berlin").value();
  RotationLayer layer;
  layer.turns = {{"ann"}, {"bob", "cid"}};
  layer.first_handoff = {std::int64_t{parse_date("2026-03-16").value()} * 86'400 + 9 * 3600};
  made.layers = {layer};
  return made;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find("\r\n", begin);
    EXPECT_NE(end, std::string::npos) << "every line ends with CRLF";
    if (end == std::string::npos) break;
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return lines;
}

TEST(Calendar, HasEachShiftOverTheChangeToSummerTime) {
  const std::string text = rotation_calendar(weekly(), at("2026-03-25T12:00:00Z"),
                                             at("2026-04-01T12:00:00Z"));
  EXPECT_EQ(text,
            "BEGIN:VCALENDAR\r\n"
            "VERSION:2.0\r\n"
            "PRODID:-//Tidemill//on call//EN\r\n"
            "CALSCALE:GREGORIAN\r\n"
            "X-WR-CALNAME:on call: primary\r\n"
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"
            "BEGIN:VEVENT\r\n"
            "UID:primary-20260325T120000Z@tidemill\r\n"
            "DTSTAMP:20260325T120000Z\r\n"
            "DTSTART:20260325T120000Z\r\n"
            "DTEND:20260330T070000Z\r\n"
            "SUMMARY:bob\\, cid on call (primary)\r\n"
            "TRANSP:TRANSPARENT\r\n"
            "END:VEVENT\r\n"
            "BEGIN:VEVENT\r\n"
            "UID:primary-20260330T070000Z@tidemill\r\n"
            "DTSTAMP:20260325T120000Z\r\n"
            "DTSTART:20260330T070000Z\r\n"
            "DTEND:20260406T070000Z\r\n"
            "SUMMARY:ann on call (primary)\r\n"
            "TRANSP:TRANSPARENT\r\n"
            "END:VEVENT\r\n"
            "END:VCALENDAR\r\n");
}

TEST(Calendar, LeavesOutTimesAtWhichNobodyIsOnCall) {
  Rotation rotation = weekly();
  rotation.layers[0].days = 0x1f;
  const std::string text = rotation_calendar(rotation, at("2026-03-20T12:00:00Z"),
                                             at("2026-03-24T00:00:00Z"));
  EXPECT_NE(text.find("DTEND:20260320T230000Z"), std::string::npos) << "Saturday begins";
  EXPECT_EQ(text.find("DTSTART:20260320T230000Z"), std::string::npos);
  EXPECT_NE(text.find("DTSTART:20260322T230000Z"), std::string::npos) << "Monday begins";
}

TEST(Calendar, OfARotationThatNeverChangesHasOneEvent) {
  Rotation rotation = weekly();
  rotation.layers[0].turns = {{"ann"}};
  const std::string text = rotation_calendar(rotation, at("2026-03-25T12:00:00Z"),
                                             at("2026-05-24T12:00:00Z"));
  EXPECT_NE(text.find("DTSTART:20260325T120000Z\r\nDTEND:20260524T120000Z"), std::string::npos);
}

TEST(Calendar, FoldsLongLinesBetweenCharactersAndUnfoldsToWhatItWas) {
  Rotation rotation = weekly();
  std::string name;
  for (int i = 0; i < 60; ++i) name += "ä;";
  rotation.layers[0].turns = {{name, "x\nBEGIN:VEVENT"}};
  const std::string text = rotation_calendar(rotation, at("2026-03-25T12:00:00Z"),
                                             at("2026-04-01T12:00:00Z"));
  std::string whole;
  for (const std::string& line : lines_of(text)) {
    EXPECT_LE(line.size(), 75u) << line;
    EXPECT_EQ(find_invalid_utf8(line), std::nullopt) << line;
    if (line.starts_with("SUMMARY:")) whole = line;
    if (line.starts_with(' ')) whole += line.substr(1);
  }
  std::string escaped;
  for (int i = 0; i < 60; ++i) escaped += "ä\\;";
  EXPECT_EQ(whole, "SUMMARY:" + escaped + "\\, x\\nBEGIN:VEVENT on call (primary)");
}

}  // namespace
}  // namespace tidemill
