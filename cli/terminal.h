// What the terminal can do. Colours only on a terminal and without NO_COLOR.
#pragma once

#include <string>
#include <string_view>

namespace tidemill {

struct Terminal {
  bool interactive = false;  // a terminal that moves its cursor: progress may repaint
  bool colour = false;
  int width = 80;   // columns, at least 20
  int height = 24;  // rows, at least 3
};

// Of stdout (1) or stderr (2).
Terminal probe_terminal(int fd);

// While it lives, what is typed is not shown: an Enter would move the lines that are repainted. It
// stays in the terminal's queue for whoever reads next. Does nothing where standard input is no
// terminal, or one that another job has in hand.
class QuietKeyboard {
 public:
  QuietKeyboard();
  ~QuietKeyboard();
  QuietKeyboard(const QuietKeyboard&) = delete;
  QuietKeyboard& operator=(const QuietKeyboard&) = delete;
  // As it was; also for those who leave without destructors. Any thread.
  static void restore();

 private:
  static void set_echo(bool shown);
};

enum class Style { plain, dim, bold, red, green, yellow, blue };

// `text` in a style, or as it is when the terminal has no colours.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

// Columns that `text` takes: code points, ANSI colours not counted.
std::size_t text_width(std::string_view text);

// Cut to `columns` (with "…") or padded to it.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace tidemill
