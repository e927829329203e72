#include "scheduler/waits/private_network.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(PrivateNetwork, PublicAddressesAreAsked) {
  for (const char* address :
       {"1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_EQ(refuse_address(address, {}), "") << address;
  }
}

TEST(PrivateNetwork, WhatIsOursOrSpecialIsNot) {
  for (const char* address : {"127.0.0.1",
                              "127.255.0.9",
                              "0.0.0.0",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "198.18.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:169.254.169.254",
                              "::7f00:1",
                              "64:ff9b::a00:1",
                              "2002:7f00:1::",
                              "fc00::1",
                              "fd00::1",
                              "fe80::1",
                              "fe80::1%eth0",
                              "ff02::1",
                              "",
                              "example.org"}) {
    EXPECT_NE(refuse_address(address, {}), "") << address;
  }
}

TEST(PrivateNetwork, AnOperatorMayLetARangeThrough) {
  const std::vector<AddressRange> allowed = {parse_address_range("10.1.0.0/16").value()};
  EXPECT_EQ(refuse_address("10.1.2.3", allowed), "");
  EXPECT_EQ(refuse_address("::ffff:10.1.2.3", allowed), "");
  EXPECT_NE(refuse_address("10.2.0.1", allowed), "");
  EXPECT_NE(refuse_address("127.0.0.1", allowed), "");
}

}  // namespace
}  // namespace tidemill
