#include "core/alert/ack_page.h"

#include <fmt/format.h>

#include "core/alert/message.h"

namespace tidemill {
namespace {

constexpr std::string_view kStyle =
    "body{font:18px/1.5 system-ui,sans-serif;margin:0 auto;max-width:34em;padding:1em;"
    "color:#1a1a1a;background:#fff}h1{font-size:1.3em}p{overflow-wrap:anywhere}"
    "button{font:inherit;font-weight:700;width:100%;padding:1.2em;border:0;border-radius:.5em;"
    "background:#0b5fad;color:#fff}button:focus-visible{outline:4px solid #f5a623}"
    "dt{color:#555}dd{margin:0 0 .6em}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#111}dt{color:#aaa}}";

constexpr std::size_t kMaxWhat = 800;  // six times that when all of it is escaped
constexpr std::size_t kMostOthers = 6;
constexpr std::size_t kMaxOther = 80;

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>", name, html_escaped(plain_text(value, 300)));
}

std::string list_of(const std::vector<std::string>& others) {
  if (others.empty()) return "";
  std::string html = fmt::format("<p>And {} more:</p><ul>", others.size());
  for (std::size_t i = 0; i < others.size() && i < kMostOthers; ++i) {
    html += fmt::format("<li>{}</li>", html_escaped(plain_text(others[i], kMaxOther)));
  }
  return html + (others.size() > kMostOthers ? "<li>…</li></ul>" : "</ul>");
}

}  // namespace

std::string_view ack_page_style() { return kStyle; }

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ack_page_html(const AckPage& page) {
  const std::string title = html_escaped(plain_text(page.title, 200));
  std::string html = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>{0}</title><style>{1}</style></head>"
      "<body><main><h1>{0}</h1>",
      title, kStyle);
  if (!page.detail.empty()) {
    html += fmt::format("<p>{}</p>", html_escaped(plain_text(page.detail, 500)));
  }
  if (page.alert) {
    html += fmt::format("<p><strong>{}</strong></p>",
                        html_escaped(plain_text(page.what, kMaxWhat)));
  }
  html += list_of(page.others);
  if (page.button) {
    html += fmt::format(
        "<form method=\"post\"><input type=\"hidden\" name=\"seen\" value=\"{}\">"
        "<button type=\"submit\">Acknowledge</button></form>",
        html_escaped(page.seen));
  }
  if (page.alert) {
    html += "<dl>" + fact("About", page.scope) + fact("Severity", to_word(page.severity)) +
            fact("Since", format_rfc3339(page.since)) +
            fact("Raised", page.count == 1 ? "once" : fmt::format("{} times", page.count)) +
            "</dl>";
  }
  return html + "</main></body></html>\n";
}

}  // namespace tidemill
