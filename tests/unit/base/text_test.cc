#include "base/text.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

std::string nearest_of(std::string_view word, std::vector<std::string_view> candidates) {
  return nearest(word, candidates).value_or("-");
}

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_of("neds", {"name", "needs", "env"}), "needs");
  EXPECT_EQ(nearest_of("tiemout", {"timeout"}), "timeout");
  EXPECT_EQ(nearest_of("Schedule", {"schedule"}), "schedule");
  EXPECT_EQ(nearest_of("shedule", {"schedules", "schedule"}), "schedule");
  EXPECT_EQ(nearest_of("ab", {"ba"}), "ba");
}

TEST(Nearest, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_of("frobnicate", {"name", "needs"}), "-");
  EXPECT_EQ(nearest_of("a", {"b"}), "-");
  EXPECT_EQ(nearest_of("", {"a", ""}), "-");
  EXPECT_EQ(nearest_of("x", {}), "-");
  EXPECT_EQ(nearest_of("cat", {"dgt"}), "-");
  EXPECT_EQ(nearest_of(std::string(100'000, 'a'), {std::string_view("a")}), "-");
}

// The distance by its definition: swapped neighbours, or one piece left out, added or replaced.
std::size_t distance_oracle(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const std::size_t rest = distance_oracle(a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0 : 1);
  const std::size_t one = std::min(distance_oracle(a.substr(1), b),
                                   distance_oracle(a, b.substr(1))) +
                          1;
  std::size_t least = std::min(rest, one);
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
    least = std::min(least, distance_oracle(a.substr(2), b.substr(2)) + 1);
  }
  return least;
}

TEST(Nearest, AgreesWithTheDefinitionOfTheDistance) {
  const std::string_view word = "abcabc";
  for (const char* text : {"abcabc", "bacabc", "abcab", "abccba", "bacacb", "aabbcc", "cabcab",
                           "abcabcab", "abxaxc", "xxcabc", "xbcxbx", "cba", "abcaabcabc"}) {
    const std::size_t distance = distance_oracle(word, text);
    EXPECT_EQ(nearest_of(word, {text}), distance <= 2 ? text : "-") << distance;
  }
}

TEST(Numbers, IntegersAreWholeTexts) {
  EXPECT_EQ(to_int("0"), 0);
  EXPECT_EQ(to_int("-0"), 0);
  EXPECT_EQ(to_int("007"), 7);
  EXPECT_EQ(to_int("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(to_int("-9223372036854775808"), INT64_MIN);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "0x10", "1.0", "1e3", "9223372036854775808",
                           "--1", "1_000", "\xEF\xBC\x91"}) {
    EXPECT_EQ(to_int(text), std::nullopt) << text;
  }
}

TEST(Numbers, DoublesAreFiniteDecimals) {
  EXPECT_EQ(to_double("1.5"), 1.5);
  EXPECT_EQ(to_double("-3"), -3.0);
  EXPECT_EQ(to_double("1e3"), 1000.0);
  EXPECT_EQ(to_double("5e-324"), 5e-324);
  for (const char* text : {"", "-", "+1", "nan", "-nan", "inf", "-inf", "infinity", "1e400",
                           "-1e400", "1e-400", "0x1p3", "1,5", " 1", "1 ", "1e", "."}) {
    EXPECT_EQ(to_double(text), std::nullopt) << text;
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("plain é € 😀"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("ab\xff"), 2u);
  EXPECT_EQ(find_invalid_utf8("\xc0\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xe0\x80\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xf5\x80\x80\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("a\xe2\x82"), 1u);
  EXPECT_EQ(find_invalid_utf8("\x80"), 0u);
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("é€😀x"), 4u);
  EXPECT_EQ(count_code_points("\xff\xfe"), 2u);
}

TEST(Text, SplitKeepsEmptyPieces) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(split("", ','), (Pieces{""}));
  EXPECT_EQ(split(",a,", ','), (Pieces{"", "a", ""}));
  EXPECT_EQ(split("ab", ','), (Pieces{"ab"}));
}

TEST(Text, TrimAndJoin) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(join(std::vector<std::string>{"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(to_lower_ascii("ÄBC-z"), "Äbc-z");
}

TEST(Text, Plural) {
  EXPECT_EQ(plural(1, "task"), "1 task");
  EXPECT_EQ(plural(0, "task"), "0 tasks");
  EXPECT_EQ(plural(3, "retry"), "3 retries");
  EXPECT_EQ(plural(2, "key"), "2 keys");
  EXPECT_EQ(plural(2, "match"), "2 matches");
  EXPECT_EQ(plural(-1, "byte"), "-1 bytes");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31m\r\n\x7f"), "a\\x1b[31m\\x0d\\x0a\\x7f");
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "evil"),
            "U+202Eevil");
  EXPECT_EQ(printable("\xC2\x9B"
                      "x"),
            "U+009Bx");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("é😀"), "é😀");
}

TEST(Printable, NeverExceedsItsBoundNorCutsACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc…");
  EXPECT_EQ(printable("éééé", 6), "é…");
  const std::string text = "a\x1b€\xff😀" + std::string(300, 'x');
  for (std::size_t bound = 3; bound < 40; ++bound) {
    const std::string shown = printable(text, bound);
    EXPECT_LE(shown.size(), bound);
    EXPECT_EQ(find_invalid_utf8(shown), std::nullopt);
  }
}

// The definition of a glob, in exponential time.
bool glob_oracle(std::string_view p, std::string_view t) {
  if (p.empty()) return t.empty();
  if (p[0] == '*')
    return glob_oracle(p.substr(1), t) || (!t.empty() && glob_oracle(p, t.substr(1)));
  return !t.empty() && (p[0] == '?' || p[0] == t[0]) && glob_oracle(p.substr(1), t.substr(1));
}

// Every text of the letters, up to a length.
std::vector<std::string> texts_of(std::string_view letters, std::size_t max_length) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < max_length; ++i) {
    const std::string text = texts[i];
    for (const char c : letters) texts.push_back(text + c);
  }
  return texts;
}

TEST(Glob, AgreesWithItsDefinitionOnEverythingSmall) {
  for (const std::string& pattern : texts_of("ab*?", 5)) {
    for (const std::string& text : texts_of("ab", 5)) {
      ASSERT_EQ(glob_matches(pattern, text), glob_oracle(pattern, text)) << pattern << " " << text;
    }
  }
}

TEST(Glob, IsNotExponentialAndCountsCharacters) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(5'000, 'a')));
  EXPECT_FALSE(glob_matches("?€*", "éé€x"));
  EXPECT_TRUE(glob_matches("??€*", "éé€x"));
  EXPECT_TRUE(glob_matches("?", "\xff"));
  EXPECT_FALSE(glob_matches("?", "ab"));
}

TEST(Bytes, Format) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1 KiB");
  EXPECT_EQ(format_bytes(1536u << 20), "1.5 GiB");
  EXPECT_EQ(format_bytes((1u << 20) - 1), "1 MiB");
  EXPECT_EQ(format_bytes(UINT64_MAX), "16 EiB");
}

TEST(Bytes, Parse) {
  EXPECT_EQ(parse_bytes("4096"), 4096u);
  EXPECT_EQ(parse_bytes("512MiB"), 512u << 20);
  EXPECT_EQ(parse_bytes("10MB"), 10'000'000u);
  EXPECT_EQ(parse_bytes("0"), 0u);
  for (const char* text : {"", "MiB", "-1", "1.5GiB", "1 GiB", "1gib", "1G", "1e3",
                           "18446744073709551616", "99999999999TiB", "+1"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tidemill
