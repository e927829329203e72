// Turns stored log lines (CRI format: "time stream P|F text") back into what a person reads.
// P lines are parts of one long line and are joined; Tidemill's own lines (stream `tidemill`) are
// marked, so that a task cannot pass its words off as ours.
#pragma once

#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace tidemill {

struct CriStyle {
  bool timestamps = false;
  Terminal terminal;  // colours for our own lines and stderr
};

class CriText {
 public:
  explicit CriText(CriStyle style) : style_(style) {}

  // Takes bytes of the file as they come; returns what can be shown already.
  std::string feed(std::string_view bytes);

 private:
  std::string show_line(std::string_view line);

  CriStyle style_;
  std::string pending_;     // an incomplete stored line
  bool continues_ = false;  // the last shown line was a part
};

}  // namespace tidemill
