// Addresses are numbers, whatever they are written like.
#include "scheduler/people/address.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

bool within(const char* range, const char* address) {
  const auto bytes = parse_address(address);
  return bytes && contains(parse_address_range(range).value(), *bytes);
}

TEST(Address, RangesHoldWhatTheySay) {
  EXPECT_TRUE(within("10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(within("10.0.0.1", "::ffff:10.0.0.1"));
  EXPECT_FALSE(within("10.0.0.1", "10.0.0.10"));
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(within("10.0.0.128/25", "10.0.0.129"));
  EXPECT_FALSE(within("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(within("::1", "0:0::1"));
  EXPECT_FALSE(within("::1", "127.0.0.1"));
  EXPECT_TRUE(within("fd00::/8", "fdab::1"));
  EXPECT_FALSE(within("fd00::/8", "fe00::1"));
  EXPECT_TRUE(within("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(within("0.0.0.0/0", "::1"));
  EXPECT_TRUE(within("::/0", "1.2.3.4"));
}

TEST(Address, OtherTextsAreRefused) {
  for (const char* text : {"", "unix", "10.0.0", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1",
                           "10.0.0.1 ", "::1/129", "256.0.0.1", "localhost", "010.0.0.1/8x"}) {
    EXPECT_FALSE(parse_address_range(text).ok()) << text;
  }
}

TEST(Address, ASourceIsWhatOneClientOwns) {
  EXPECT_EQ(source_of("10.0.0.1"), source_of("::ffff:10.0.0.1"));
  EXPECT_NE(source_of("10.0.0.1"), source_of("10.0.0.2"));
  EXPECT_EQ(source_of("2001:db8:1:2::1"), source_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(source_of("2001:db8:1:2::1"), source_of("2001:db8:1:3::1"));
  EXPECT_EQ(source_of("unix"), "unix");
  EXPECT_EQ(source_of(std::string(1 << 20, 'x')).size(), 64u);
}

}  // namespace
}  // namespace tidemill
