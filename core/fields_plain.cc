#include "core/fields_plain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace tidemill {
namespace {

using Kind = PlainReading::Kind;

constexpr std::string_view kDigits = "0123456789";

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// Only lower case, Capital and UPPER case count in YAML.
bool is_spelling_of(std::string_view text, std::string_view word) {
  if (to_lower_ascii(text) != word) return false;
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto tail_lower = std::all_of(text.begin() + 1, text.end(), lower);
  return tail_lower || std::none_of(text.begin(), text.end(), lower);
}

PlainReading read_word(std::string_view text) {
  if (is_spelling_of(text, "true")) return {Kind::boolean, "true"};
  if (is_spelling_of(text, "false")) return {Kind::boolean, "false"};
  for (const std::string_view word : {"yes", "on"}) {
    if (is_spelling_of(text, word)) return {Kind::ambiguous, "true"};
  }
  for (const std::string_view word : {"no", "off"}) {
    if (is_spelling_of(text, word)) return {Kind::ambiguous, "false"};
  }
  return {};
}

std::string in_base(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                            base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return "a number";
  return std::to_string(value);
}

// 12:30:45 is 45045 in YAML 1.1.
PlainReading read_sexagesimal(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || !all_of(parts[0], kDigits) || parts[0][0] == '0') return {};
  double value = static_cast<double>(to_int(parts[0]).value_or(0));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    const std::string_view whole = last ? parts[i].substr(0, parts[i].find('.')) : parts[i];
    if (whole.empty() || whole.size() > 2 || !all_of(whole, kDigits)) return {};
    if (whole.size() == 2 && whole[0] > '5') return {};
    if (whole.size() != parts[i].size() &&
        !all_of(parts[i].substr(whole.size() + 1), "0123456789_"))
      return {};
    value = value * 60 + static_cast<double>(to_int(whole).value_or(0));
  }
  return {Kind::ambiguous, fmt::format("{:.0f} (base 60)", value)};
}

PlainReading read_integer(std::string_view digits, std::string_view sign) {
  if (digits.size() == 1 || digits[0] != '0') {
    return {sign == "+" ? Kind::ambiguous : Kind::integer, fmt::format("{}{}", sign, digits)};
  }
  const std::string_view rest = digits.substr(
      digits.find_first_not_of('0') == std::string_view::npos ? digits.size() - 1
                                                              : digits.find_first_not_of('0'));
  if (!all_of(digits, "01234567")) return {Kind::ambiguous, std::string(rest)};
  const std::string octal = in_base(rest, 8);
  return {Kind::ambiguous, octal == rest ? octal : fmt::format("{} or {}", octal, rest)};
}

PlainReading read_prefixed(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return {};
  const std::string_view digits = text.substr(2);
  if (text[1] == 'x' && all_of(digits, "0123456789abcdefABCDEF_"))
    return {Kind::ambiguous, in_base(digits, 16)};
  if (text[1] == 'o' && all_of(digits, "01234567")) return {Kind::ambiguous, in_base(digits, 8)};
  if (text[1] == 'b' && all_of(digits, "01_")) return {Kind::ambiguous, in_base(digits, 2)};
  return {};
}

// Digits with a point and maybe an exponent; one digit at least.
PlainReading read_decimal(std::string_view text, std::string_view sign) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{}
                                                                    : mantissa.substr(point + 1);
  const bool digits_only = (whole.empty() || all_of(whole, kDigits)) &&
                           (fraction.empty() || all_of(fraction, kDigits));
  if (!digits_only || (whole.empty() && fraction.empty())) return {};
  std::string_view exponent = e == std::string_view::npos ? "0" : text.substr(e + 1);
  if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
  if (!all_of(exponent, kDigits)) return {};
  const bool usual = e == std::string_view::npos && !whole.empty() && !fraction.empty() &&
                     (whole.size() == 1 || whole[0] != '0') && sign != "+";
  const std::string number = fmt::format("{}{}{}", sign, whole.empty() ? "0" : "", text);
  const auto value = to_double(sign == "+" ? number.substr(1) : number);
  if (!value) return {Kind::ambiguous, "a number too large"};
  return {usual ? Kind::number : Kind::ambiguous, fmt::format("{}", *value)};
}

PlainReading read_number(std::string_view text) {
  std::string_view sign = text.substr(0, text[0] == '+' || text[0] == '-' ? 1 : 0);
  const std::string_view rest = text.substr(sign.size());
  if (rest.empty()) return {};
  const std::string lower = to_lower_ascii(rest);
  if (lower == ".inf" || (lower == ".nan" && sign.empty()))
    return {Kind::ambiguous, lower.substr(1)};
  if (all_of(rest, kDigits)) return read_integer(rest, sign);
  if (all_of(rest, "0123456789_") && rest[0] != '_') {
    std::string plain(rest);
    std::erase(plain, '_');
    return {Kind::ambiguous, fmt::format("{}{}", sign, plain)};
  }
  if (const auto prefixed = read_prefixed(rest); prefixed.kind != Kind::text) return prefixed;
  if (rest.find(':') != std::string_view::npos) return read_sexagesimal(rest);
  return read_decimal(rest, sign);
}

}  // namespace

PlainReading read_plain(std::string_view text) {
  if (text.empty() || text.size() > 64) return {};
  constexpr std::string_view kNumberStart = "+-.0123456789";
  if (kNumberStart.find(text[0]) != std::string_view::npos) return read_number(text);
  if (text.size() <= 5) return read_word(text);
  return {};
}

}  // namespace tidemill
