// Findings as text for people, and in the formats that CI systems read. Pure: the caller prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/finding.h"

namespace tidemill {

struct FileFindings {
  std::string path;    // as the reader should see it; relative, so that CI systems find the file
  std::string source;  // the file's text; may be empty when it could not be read
  std::vector<Finding> findings;
};

// `invalid` unless it is human, json, github or sarif.
Status check_findings_format(std::string_view format);

// "path:3:7: error: message [TM030]", the line with a caret under the place, and the hint. Escapes
// for colour only when `colour` is set. Characters that could control a terminal are shown, not
// sent.
std::string format_findings_human(std::string_view path, std::string_view source,
                                  const std::vector<Finding>& findings, bool colour);

// {"files":[{"path","findings":[{"rule","severity","line","column","message","hint"}]}],
//  "errors":1,"warnings":0,"notes":0}
std::string format_findings_json(const std::vector<FileFindings>& files);

// Workflow commands of GitHub Actions: ::error file=F,line=L,col=C,title=T::message
std::string format_findings_github(const std::vector<FileFindings>& files);

// SARIF 2.1.0, for code scanning.
std::string format_findings_sarif(const std::vector<FileFindings>& files,
                                  std::string_view tool_version);

}  // namespace tidemill
