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
  for (const char* text : {"", "-", "+1", "nan", "-nan", "inf", "-inf", "infinity", "1e400", "-1e400",
                           "1e-400", "0x1p3", "1,5", " 1", "1 ", "1e", "."}) {
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
  EXPECT_EQ(printable("\xE2\x80\xAE" "evil"), "U+202Eevil");
  EXPECT_EQ(printable("\xC2\x9B" "x"), "U+009Bx");
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
