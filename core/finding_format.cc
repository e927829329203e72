#include "core/finding_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "core/finding_rules.h"

namespace tidemill {
namespace {

std::vector<std::string_view> lines_of(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  std::vector<std::string_view> lines = split(source, '\n');
  for (std::string_view& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  return lines;
}

std::string_view line_at(const std::vector<std::string_view>& lines, int number) {
  const auto index = static_cast<std::size_t>(number - 1);
  return number >= 1 && index < lines.size() ? lines[index] : std::string_view();
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The bytes of the first `count` characters.
std::size_t prefix_bytes(std::string_view line, int count) {
  std::size_t at = 0;
  for (; count > 0 && at < line.size(); --count) {
    ++at;
    while (at < line.size() && is_continuation(line[at])) ++at;
  }
  return at;
}

constexpr std::size_t kShownBytes = 160;

// The line with a caret. Of a long line, the part around the place.
std::string excerpt(std::string_view line, int column, bool colour) {
  const std::size_t at = prefix_bytes(line, column - 1);
  std::size_t begin = at > 100 ? at - 60 : 0;
  while (begin > 0 && is_continuation(line[begin])) --begin;
  std::string before = (begin > 0 ? "…" : "") +
                       printable(line.substr(begin, at - begin), 10 * kShownBytes);
  const std::string after = printable(line.substr(at), kShownBytes);
  const auto shown = std::count_if(before.begin(), before.end(),
                                   [](char c) { return !is_continuation(c); });
  std::string caret(static_cast<std::size_t>(shown), ' ');
  caret += colour ? "\x1b[32m^\x1b[0m" : "^";
  return fmt::format("    {}{}\n    {}\n", before, after, caret);
}

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "\x1b[1;31m";
    case Severity::warning:
      return "\x1b[1;33m";
    case Severity::note:
      return "\x1b[1;36m";
  }
  UNREACHABLE();
}

std::string place_of(std::string_view path, Mark mark) {
  if (mark.line == 0) return std::string(path);
  return fmt::format("{}:{}:{}", path, mark.line, mark.column);
}

std::string message_with_hint(const Finding& finding) {
  return finding.hint.empty() ? finding.message : finding.message + "; " + finding.hint;
}

// Of GitHub's workflow commands: % and line ends in messages, and : and , in properties as well.
std::string escape(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool escaped = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += escaped ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return out;
}

std::string_view github_command(Severity severity) {
  return severity == Severity::note ? "notice" : to_word(severity);
}

Json object_of(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

Json finding_json(const Finding& finding) {
  return object_of({{"rule", finding.rule},
                    {"severity", to_word(finding.severity)},
                    {"line", finding.mark.line},
                    {"column", finding.mark.column},
                    {"message", finding.message},
                    {"hint", finding.hint}});
}

std::string_view title_of(const Finding& finding) {
  const RuleInfo* info = find_rule(finding.rule);
  return info == nullptr ? std::string_view(finding.rule) : info->title;
}

Json sarif_rules() {
  Json::Array rules;
  for (const RuleInfo& info : all_rules()) {
    rules.push_back(
        object_of({{"id", info.id},
                   {"name", info.title},
                   {"shortDescription", object_of({{"text", info.title}})},
                   {"fullDescription", object_of({{"text", info.text}})},
                   {"help", object_of({{"text", info.text}})},
                   {"helpUri", fmt::format("docs/rules.md#{}", info.id)},
                   {"defaultConfiguration", object_of({{"level", to_word(info.severity)}})}}));
  }
  return Json(std::move(rules));
}

// A path is a URI once what has a meaning in URIs is escaped.
std::string uri_of(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~+").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(byte));
  }
  return out;
}

Json sarif_result(const FileFindings& file, const Finding& finding, std::string_view line) {
  Json place = object_of({{"artifactLocation", object_of({{"uri", uri_of(file.path)}})}});
  if (finding.mark.line > 0) {
    place.set("region",
              object_of({{"startLine", finding.mark.line}, {"startColumn", finding.mark.column}}));
  }
  const std::string fingerprint = sha256_hex(finding.rule + "\n" + std::string(trim(line)))
                                      .substr(0, 16);
  return object_of(
      {{"ruleId", finding.rule},
       {"level", to_word(finding.severity)},
       {"message", object_of({{"text", message_with_hint(finding)}})},
       {"locations", Json(Json::Array{object_of({{"physicalLocation", std::move(place)}})})},
       {"partialFingerprints", object_of({{"primaryLocationLineHash", fingerprint}})}});
}

constexpr std::string_view kFormats[] = {"human", "json", "github", "sarif"};

}  // namespace

Status check_findings_format(std::string_view format) {
  if (std::find(std::begin(kFormats), std::end(kFormats), format) != std::end(kFormats))
    return Ok{};
  return invalid(fmt::format("there is no format {}; use human, json, github or sarif",
                             printable(format, 40)));
}

std::string format_findings_human(std::string_view path, std::string_view source,
                                  const std::vector<Finding>& findings, bool colour) {
  const auto lines = lines_of(source);
  const std::string shown_path = printable(path, 1000);
  std::string out;
  for (const Finding& finding : findings) {
    const std::string_view word = to_word(finding.severity);
    const std::string severity = colour
                                     ? fmt::format("{}{}\x1b[0m", colour_of(finding.severity), word)
                                     : std::string(word);
    out += fmt::format("{}: {}: {} [{}]\n", place_of(shown_path, finding.mark), severity,
                       printable(finding.message, 2000), finding.rule);
    const std::string_view line = line_at(lines, finding.mark.line);
    if (!line.empty()) out += excerpt(line, finding.mark.column, colour);
    if (!finding.hint.empty()) out += fmt::format("    hint: {}\n", printable(finding.hint, 1000));
  }
  return out;
}

std::string format_findings_json(const std::vector<FileFindings>& files) {
  std::int64_t counts[3] = {};
  Json::Array listed;
  for (const FileFindings& file : files) {
    Json::Array findings;
    for (const Finding& finding : file.findings) {
      ++counts[static_cast<std::size_t>(finding.severity)];
      findings.push_back(finding_json(finding));
    }
    listed.push_back(object_of({{"path", file.path}, {"findings", Json(std::move(findings))}}));
  }
  return object_of({{"files", Json(std::move(listed))},
                    {"errors", counts[0]},
                    {"warnings", counts[1]},
                    {"notes", counts[2]}})
             .dump(true) +
         "\n";
}

std::string format_findings_github(const std::vector<FileFindings>& files) {
  std::string out;
  for (const FileFindings& file : files) {
    for (const Finding& finding : file.findings) {
      std::string place = fmt::format("file={}", escape(file.path, true));
      if (finding.mark.line > 0) {
        place += fmt::format(",line={},col={}", finding.mark.line, finding.mark.column);
      }
      out += fmt::format("::{} {},title={}::{}\n", github_command(finding.severity), place,
                         escape(fmt::format("{} {}", finding.rule, title_of(finding)), true),
                         escape(message_with_hint(finding), false));
    }
  }
  return out;
}

std::string format_findings_sarif(const std::vector<FileFindings>& files,
                                  std::string_view tool_version) {
  Json::Array results;
  for (const FileFindings& file : files) {
    const auto lines = lines_of(file.source);
    for (const Finding& finding : file.findings) {
      results.push_back(sarif_result(file, finding, line_at(lines, finding.mark.line)));
    }
  }
  Json driver = object_of(
      {{"name", "tidemill"}, {"version", tool_version}, {"rules", sarif_rules()}});
  Json run = object_of({{"tool", object_of({{"driver", std::move(driver)}})},
                        {"columnKind", "unicodeCodePoints"},
                        {"results", Json(std::move(results))}});
  return object_of({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json(Json::Array{std::move(run)})}})
             .dump(true) +
         "\n";
}

}  // namespace tidemill
