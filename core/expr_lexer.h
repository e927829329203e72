// Cuts the text of an expression into tokens, one at a time.
#pragma once

#include <string>
#include <string_view>

namespace tidemill {

struct ExprToken {
  enum class Kind {
    end,
    bad,     // text is what is wrong
    number,  // text is as written
    text,    // text is the value, escapes done
    name,
    symbol,
  };
  Kind kind = Kind::end;
  std::size_t offset = 0;
  std::string text;

  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

class ExprLexer {
 public:
  // `text` must outlive the lexer.
  explicit ExprLexer(std::string_view text) : text_(text) {}

  ExprToken next();
  // After a '.': a member's name, which may begin with a digit and never is a number.
  ExprToken next_member();

 private:
  void skip_space();
  ExprToken number();
  ExprToken quoted(char quote);
  ExprToken symbol();
  ExprToken bad(std::size_t offset, std::string what) const;
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  std::size_t skip_digits(std::size_t from) const;

  std::string_view text_;
  std::size_t position_ = 0;
};

// Offset just after the quoted text that begins at `from` with its quote; npos when it never ends.
std::size_t end_of_quoted(std::string_view text, std::size_t from);

}  // namespace tidemill
