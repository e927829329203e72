#include "scheduler/people/signed_call.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemill {
namespace {

// The example of the Standard Webhooks specification.
constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

SignedCall example() {
  return {"msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", kSignature, R"({"test": 2432232314})"};
}

TEST(SignedCall, TheExampleOfTheSpecificationIsSigned) {
  EXPECT_TRUE(is_signed_with(example(), kSecret));
}

TEST(SignedCall, AnyChangedByteIsNoticed) {
  for (const auto& change :
       {+[](SignedCall& c) { c.id = "msg_p5jXN8AQM9LWM0D4loKWxJeL"; },
        +[](SignedCall& c) { c.timestamp = "1614265331"; },
        +[](SignedCall& c) { c.body = R"({"test": 2432232315})"; },
        +[](SignedCall& c) { c.body = ""; },
        +[](SignedCall& c) { c.signatures = "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; }}) {
    SignedCall call = example();
    change(call);
    EXPECT_FALSE(is_signed_with(call, kSecret));
  }
}

TEST(SignedCall, OneOfSeveralSignaturesIsEnoughAndOthersAreNoHarm) {
  const std::string good(kSignature);
  const std::vector<std::string> several = {"v1,AAAA " + good, good + " v2,what",
                                            "v1a,zzz  v1,%% " + good};
  for (const std::string& signatures : several) {
    SignedCall call = example();
    call.signatures = signatures;
    EXPECT_TRUE(is_signed_with(call, kSecret)) << signatures;
  }
}

TEST(SignedCall, WhatIsNoSignatureNeverHolds) {
  for (const std::string_view signatures :
       {"", " ", "v1,", "v1", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,AAAA",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}) {
    SignedCall call = example();
    call.signatures = signatures;
    EXPECT_FALSE(is_signed_with(call, kSecret)) << signatures;
  }
}

TEST(SignedCall, AKeyThatIsNoneSignsNothing) {
  for (const std::string_view secret : {"", "whsec_", "whsec_%%%", "wrong"}) {
    EXPECT_FALSE(is_signed_with(example(), secret)) << secret;
  }
}

TEST(SignedCall, WithoutIdOrTimestampNothingHolds) {
  SignedCall call = example();
  call.id = "";
  EXPECT_FALSE(is_signed_with(call, kSecret));
  for (const std::string_view timestamp :
       {"", "-1614265330", "1614265330.5", "soon", "99999999999999"}) {
    call = example();
    call.timestamp = timestamp;
    EXPECT_FALSE(is_signed_with(call, kSecret)) << timestamp;
    EXPECT_FALSE(is_recent(call, {1'614'265'330'000'000})) << timestamp;
  }
}

TEST(SignedCall, IsRecentForFiveMinutesOnBothSides) {
  const WallTime at{1'614'265'330'000'000};
  EXPECT_TRUE(is_recent(example(), at));
  EXPECT_TRUE(is_recent(example(), at + kCallTolerance));
  EXPECT_TRUE(is_recent(example(), at - kCallTolerance));
  EXPECT_FALSE(is_recent(example(), at + kCallTolerance + std::chrono::seconds(1)));
  EXPECT_FALSE(is_recent(example(), at - kCallTolerance - std::chrono::seconds(1)));
}

}  // namespace
}  // namespace tidemill
