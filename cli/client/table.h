// A table for people: columns as wide as their content, texts of others made harmless for the
// terminal. The last column takes what is left and is cut to the width of a terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace tidemill::client {

struct Cell {
  Cell(std::string content, Style style_of = Style::plain)
      : text(std::move(content)), style(style_of) {}
  Cell(const char* content) : text(content) {}
  std::string text;
  Style style = Style::plain;
};

class Table {
 public:
  // A head that begins with '>' is of a column that is aligned to the right.
  explicit Table(std::vector<std::string> heads);
  void row(std::vector<Cell> cells);  // as many as there are heads
  bool empty() const { return rows_.empty(); }
  std::string text(const Terminal& terminal) const;

 private:
  struct Column {
    std::string head;
    bool right = false;
    std::size_t width = 0;
  };
  std::string line(const std::vector<Cell>& cells, const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// The colour of the state of a run or a task; plain for unknown words.
Style style_of_state(const std::string& state);

}  // namespace tidemill::client
