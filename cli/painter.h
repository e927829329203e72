// Repaints a block of lines at the bottom of a terminal; permanent lines scroll above it.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace tidemill {

class Painter {
 public:
  explicit Painter(int fd) : fd_(fd), terminal_(probe_terminal(fd)) {}
  ~Painter() { clear(); }

  const Terminal& terminal() const { return terminal_; }

  void probe();                                       // follows a resized window
  void permanent(const std::string& line);            // printed once, stays
  void paint(const std::vector<std::string>& lines);  // replaces the block
  void clear();                                       // removes the block

 private:
  void write(const std::string& text);
  std::string to_block_begin() const;
  std::string block_text() const;

  int fd_;
  Terminal terminal_;
  std::vector<std::string>
      block_;  // on the screen now, each line cut to the width it was painted for
};

}  // namespace tidemill
