#include "base/yaml_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "base/yaml_source.h"

namespace tidemill {
namespace {

struct Wording {
  std::string_view library;  // how the library's message starts
  std::string_view message;
  std::string_view hint;
};

constexpr std::array<Wording, 14> kWordings = {{
    {"illegal map value", "a value cannot stand here",
     "a text that holds \": \" needs quotes; otherwise check the indentation"},
    {"illegal map key", "a key cannot stand here", "check the indentation of this line"},
    {"illegal block entry", "a list item cannot stand here", "check the indentation of this line"},
    {"end of map not found", "this line does not belong to the map above it",
     "check the indentation, and that the line has the form \"key: value\""},
    {"end of sequence not found", "this line does not belong to the list above it",
     "check the indentation, and that the line starts with \"- \""},
    {"end of map flow not found", "the map opened with \"{\" goes wrong here",
     "is a \"}\" or a comma missing before this place?"},
    {"end of sequence flow not found", "the list opened with \"[\" goes wrong here",
     "is a \"]\" or a comma missing before this place?"},
    {"illegal flow end", "a closing bracket without an opening one",
     "delete it, or quote the text"},
    {"unknown token", "a plain text cannot start with this character", "put the text in quotes"},
    {"unknown escape character", "this escape does not exist in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"bad character found while scanning hex number", "the escape needs hexadecimal digits",
     "write \\\\ for a backslash, or use single quotes"},
    {"invalid unicode", "the escape names no character", "use a code point below U+D800 or above"},
    {"cannot set zero indentation", "the indentation of a block text cannot be 0",
     "write \"|\" alone"},
    {"unexpected character in block scalar", "only a comment can follow \"|\" or \">\"",
     "start the text on the next line"},
}};

struct Quote {
  std::size_t open;
  std::size_t close;  // npos: never closed
};

std::size_t find_close(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i;
      ++i;
    }
  }
  return std::string_view::npos;
}

std::size_t line_start(std::string_view text, std::size_t at) {
  return text.substr(0, at).rfind('\n') + 1;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t indentation(std::string_view text, std::size_t line) {
  const std::size_t first = text.find_first_not_of(' ', line);
  return std::min(first, text.size()) - line;
}

// Quotes inside a block text mean nothing, so a search starts after it.
std::size_t skip_block_text(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '|' && text[at] != '>')) return at;
  const std::size_t own = indentation(text, line_start(text, at));
  std::size_t line = next_line(text, at);
  while (line < text.size() && (text[line] == '\n' || indentation(text, line) > own)) {
    line = next_line(text, line);
  }
  return line;
}

// The last quoted text that starts in [from, until); it may end later or never.
std::optional<Quote> last_quote(std::string_view text, std::size_t from, std::size_t until) {
  std::optional<Quote> found;
  constexpr std::string_view kBefore = " \t\n[{,:";
  for (std::size_t i = skip_block_text(text, from); i < std::min(until, text.size()); ++i) {
    const bool starts_word = i == 0 || kBefore.find(text[i - 1]) != std::string_view::npos;
    if (!starts_word) continue;
    if (text[i] == '#') {
      i = next_line(text, i) - 1;
    } else if (text[i] == '"' || text[i] == '\'') {
      found = Quote{i, find_close(text, i)};
      if (found->close == std::string_view::npos) return found;
      i = found->close;
    }
  }
  return found;
}

std::optional<YamlProblem> explain_quote(std::string_view text, std::size_t at,
                                         std::size_t last_node) {
  const auto quote = last_quote(text, last_node, at);
  if (!quote) return std::nullopt;
  const Mark open = mark_at(text, quote->open);
  if (quote->close == std::string_view::npos) {
    return YamlProblem{"TM005", open, "the quote opened here is never closed",
                       fmt::format("add the closing {}", text[quote->open])};
  }
  const Mark close = mark_at(text, quote->close);
  if (close.line == open.line || close.line != mark_at(text, at).line) return std::nullopt;
  return YamlProblem{
      "TM005", open,
      fmt::format("the quote opened here is closed only at {}:{}", close.line, close.column),
      fmt::format("is the closing {} missing in this line?", text[quote->open])};
}

std::optional<YamlProblem> explain_tab(std::string_view text, std::size_t at) {
  const std::size_t start = line_start(text, at);
  const std::size_t first = text.find_first_not_of(" \t", start);
  const std::size_t tab = text.substr(0, std::min(first, text.size())).find('\t', start);
  if (tab == std::string_view::npos) return std::nullopt;
  return YamlProblem{"TM004", mark_at(text, tab), "a tab in the indentation", "indent with spaces"};
}

// Of "* * * *" and "&" the library complains one character late, of "!" where the tag starts.
std::optional<YamlProblem> explain_special(std::string_view text, std::string_view message,
                                           std::size_t at) {
  const bool late = message.find("while scanning a") != std::string_view::npos ||
                    message.find("not found after") != std::string_view::npos;
  if (late && at > 0) at = text.find_last_of("*&", at - 1);
  if (at == std::string_view::npos) return std::nullopt;
  const Mark mark = mark_at(text, at);
  switch (text[at]) {
    case '*':
      return YamlProblem{"TM006", mark, "aliases (*) are not supported",
                         "put the text in quotes if it is text, such as a cron expression"};
    case '&':
      return YamlProblem{"TM006", mark, "anchors (&) are not supported",
                         "put the text in quotes if it is text"};
    case '!':
      return YamlProblem{"TM008", mark, "tags (!) are not supported",
                         "put the text in quotes if it is text, such as a condition"};
    default:
      return std::nullopt;
  }
}

// A line without a colon is read as the start of a key that the next line goes on with.
std::optional<YamlProblem> explain_stray_line(std::string_view text, std::string_view message,
                                              std::size_t at) {
  const std::size_t line = line_start(text, at);
  if (!message.starts_with("illegal map value") || line == 0) return std::nullopt;
  const std::size_t above = line_start(text, line - 1);
  const std::string_view content = trim(text.substr(above, line - above));
  const bool plain = !content.empty() && content.find(':') == std::string_view::npos &&
                     content[0] != '#' && content[0] != '-';
  if (!plain || indentation(text, above) != indentation(text, line)) return std::nullopt;
  return YamlProblem{"TM001", mark_at(text, above + indentation(text, above)),
                     "this line has no \":\"", "write \"key: value\""};
}

}  // namespace

YamlProblem explain_yaml_error(std::string_view text, std::string_view message, std::size_t at,
                               std::size_t last_node) {
  if (auto quote = explain_quote(text, at, last_node)) return *quote;
  // Also in a line that is otherwise blank, and at the end of the text.
  if (const std::size_t tab = text.rfind('\t', at);
      message.starts_with("illegal tab") && tab != std::string_view::npos) {
    return {"TM004", mark_at(text, tab), "a tab in the indentation", "indent with spaces"};
  }
  // What the library misses at the end is best shown in the last line that says something.
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return {"TM001", {1, 1}, std::string(message), ""};
  at = std::min(at, last);
  if (auto tab = explain_tab(text, at)) return *tab;
  if (auto special = explain_special(text, message, at)) return *special;
  if (auto stray = explain_stray_line(text, message, at)) return *stray;
  const bool inside_line = text.find_first_not_of(" \t", line_start(text, at)) < at;
  if (inside_line && message.starts_with("end of map not found")) {
    return {"TM001", mark_at(text, at), "more text after the end of the value",
            "put the whole value in quotes; inside single quotes, a ' is written twice"};
  }
  for (const Wording& wording : kWordings) {
    if (!message.starts_with(wording.library)) continue;
    return {"TM001", mark_at(text, at), std::string(wording.message), std::string(wording.hint)};
  }
  return {"TM001", mark_at(text, at), "not valid YAML: " + printable(message), ""};
}

}  // namespace tidemill
