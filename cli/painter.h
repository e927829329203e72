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

  // Re-read by every paint, so that a resized window is followed.
  const Terminal& terminal() const { return terminal_; }

  void permanent(const std::string& line);             // printed once, stays
  void paint(const std::vector<std::string>& lines);   // replaces the block
  void clear();                                        // removes the block

 private:
  void write(const std::string& text);
  std::string erase_block() const;

  int fd_;
  Terminal terminal_;
  std::size_t painted_ = 0;  // lines of the block on the screen now
  std::vector<std::string> block_;
};

}  // namespace tidemill
