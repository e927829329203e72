#include "core/expr_lexer.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace tidemill {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return '\0';
  }
}

// Longer symbols first.
constexpr std::array<std::string_view, 25> kSymbols = {
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/",
    "%",  "(",  ")",  "[",  "]",  "?",  ":", ",", ".", "=", "&", "|"};

}  // namespace

std::size_t end_of_quoted(std::string_view text, std::size_t from) {
  for (std::size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[from]) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

ExprToken ExprLexer::bad(std::size_t offset, std::string what) const {
  return {ExprToken::Kind::bad, offset, std::move(what)};
}

void ExprLexer::skip_space() {
  while (is_space(at(position_))) ++position_;
}

std::size_t ExprLexer::skip_digits(std::size_t from) const {
  while (is_digit(at(from))) ++from;
  return from;
}

ExprToken ExprLexer::next() {
  skip_space();
  if (position_ == text_.size()) return {ExprToken::Kind::end, position_, {}};
  const char c = text_[position_];
  if (is_digit(c)) return number();
  if (is_letter(c)) return next_member();
  if (c == '\'' || c == '"') return quoted(c);
  return symbol();
}

ExprToken ExprLexer::next_member() {
  skip_space();
  const std::size_t start = position_;
  while (is_letter(at(position_)) || is_digit(at(position_))) ++position_;
  if (position_ == start) return next();
  return {ExprToken::Kind::name, start, std::string(text_.substr(start, position_ - start))};
}

ExprToken ExprLexer::number() {
  const std::size_t start = position_;
  std::size_t end = skip_digits(start);
  if (at(end) == '.' && is_digit(at(end + 1))) end = skip_digits(end + 1);
  if (at(end) == 'e' || at(end) == 'E') {
    const std::size_t digits = end + (at(end + 1) == '+' || at(end + 1) == '-' ? 2 : 1);
    if (is_digit(at(digits))) end = skip_digits(digits);
  }
  if (is_letter(at(end))) return bad(start, "a number ends at a letter; names begin with a letter");
  position_ = end;
  return {ExprToken::Kind::number, start, std::string(text_.substr(start, end - start))};
}

ExprToken ExprLexer::quoted(char quote) {
  const std::size_t start = position_;
  const std::size_t end = end_of_quoted(text_, start);
  if (end == std::string_view::npos) {
    return bad(start, fmt::format("the text that begins here has no closing {}", quote));
  }
  ExprToken token{ExprToken::Kind::text, start, {}};
  for (std::size_t i = start + 1; i + 1 < end; ++i) {
    char c = text_[i];
    if (c == '\\') {
      c = unescaped(text_[++i]);
      if (c == '\0') return bad(i - 1, R"(unknown escape; there are \\ \' \" \n \r \t)");
    }
    token.text += c;
  }
  position_ = end;
  return token;
}

ExprToken ExprLexer::symbol() {
  const std::size_t start = position_;
  for (const std::string_view known : kSymbols) {
    if (!text_.substr(start).starts_with(known)) continue;
    position_ += known.size();
    return {ExprToken::Kind::symbol, start, std::string(known)};
  }
  const std::size_t length = std::max<std::size_t>(1, utf8_length(text_.substr(start)));
  return bad(start, fmt::format("unexpected '{}'", printable(text_.substr(start, length))));
}

}  // namespace tidemill
