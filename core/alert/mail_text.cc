#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/alert/ack_page.h"
#include "core/alert/message_formats.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxSubject = 400;
constexpr std::size_t kMaxText = 20'000;
constexpr std::size_t kLine = 76;         // of base64 (RFC 2045)
constexpr std::size_t kEncodedWord = 45;  // bytes in one encoded word of at most 75 (RFC 2047)

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8;
      if (at + i < bytes.size()) group |= static_cast<unsigned char>(bytes[at + i]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * i)) & 63];
    }
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string all = base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < all.size(); at += kLine) lines += all.substr(at, kLine) + "\r\n";
  return lines;
}

bool is_plain(std::string_view text) {
  return text.size() <= kLine - 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }) &&
         text.find("=?") == std::string_view::npos;
}

// As encoded words when it is not plain ASCII; never a line break that the text brought along.
std::string header_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const std::size_t next = std::max<std::size_t>(1, utf8_length(text.substr(bytes)));
      if (bytes + next > kEncodedWord) break;
      bytes += next;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + base64(text.substr(0, bytes)) + "?=";
    text.remove_prefix(bytes);
  }
  return out;
}

// "Sun, 22 Nov 2026 18:25:27 +0000"
std::string mail_date(WallTime at) {
  using std::chrono::days;
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<Duration> time{Duration(at.us)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

struct Link {
  std::string_view label;
  const std::string& url;
};

std::array<Link, 4> links_of(const AlertMessage& message) {
  return {Link{"Acknowledge", message.acknowledge_url}, Link{"Alert", message.alert_url},
          Link{"Run", message.run_url}, Link{"Runbook", message.runbook_url}};
}

std::string text_part(const AlertMessage& message) {
  std::string text = message_text(message, kMaxText) + "\n";
  for (const Link& link : links_of(message)) {
    if (!link.url.empty()) text += fmt::format("\n{}: {}", link.label, link.url);
  }
  return text + "\n";
}

std::string html_part(const AlertMessage& message) {
  std::string html = fmt::format(
      "<!doctype html><html><body><h2>{}</h2><pre style=\"white-space:pre-wrap\">{}</pre>",
      html_escaped(message_title(message, kMaxSubject)),
      html_escaped(message_text(message, kMaxText)));
  for (const Link& link : links_of(message)) {
    if (link.url.empty()) continue;
    html += fmt::format("<p><a href=\"{}\">{}</a></p>", html_escaped(link.url), link.label);
  }
  return html + "</body></html>\n";
}

std::string part(std::string_view boundary, std::string_view type, std::string_view content) {
  return fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      boundary, type, base64_lines(content));
}

bool is_address(std::string_view text) {
  return !text.empty() && text.size() <= 320 && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c != 0x7f && c != '<' && c != '>' && c != ',';
  });
}

std::string domain_of(const std::string& from) {
  const auto at = from.rfind('@');
  const bool named = at != std::string::npos && is_address(from) && at + 1 < from.size();
  return named ? from.substr(at + 1) : "tidemill.invalid";
}

std::string addresses(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& address : list) {
    if (!is_address(address)) continue;
    if (!out.empty()) out += ",\r\n ";
    out += address;
  }
  return out;
}

// What makes mail programs show one alert as one thread.
std::string thread_headers(const AlertMessage& message, const std::string& domain) {
  std::string headers = fmt::format("Message-ID: <{}@{}>\r\n", message.id, domain);
  if (message.thread != message.id && !message.thread.empty()) {
    const std::string first = fmt::format("<{}@{}>", message.thread, domain);
    headers += fmt::format("In-Reply-To: {}\r\nReferences: {}\r\n", first, first);
  }
  return headers;
}

}  // namespace

std::string mail_text(const AlertMessage& message, const MailEnvelope& envelope) {
  const std::string domain = domain_of(envelope.from);
  const std::string boundary = "tidemill-" + message.id;
  std::string mail = fmt::format("From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\n",
                                 addresses({envelope.from}), addresses(envelope.to),
                                 header_text(message_title(message, kMaxSubject)),
                                 mail_date(message.at));
  mail += thread_headers(message, domain);
  mail += "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n";
  if (message.kind == MessageKind::tell && message.severity == AlertSeverity::critical) {
    mail += "Importance: high\r\n";
  }
  mail += fmt::format(
      "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n",
      boundary);
  mail += part(boundary, "text/plain", text_part(message));
  mail += part(boundary, "text/html", html_part(message));
  return mail + fmt::format("--{}--\r\n", boundary);
}

}  // namespace tidemill
