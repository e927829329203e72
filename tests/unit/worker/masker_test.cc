#include "worker/masker.h"

#include <gtest/gtest.h>

#include "worker/mask_forms.h"

namespace tidemill {
namespace {

// Fed in pieces of `step` bytes.
std::string masked(const std::vector<std::string>& secrets, std::string_view text,
                   std::size_t step) {
  MaskSet masks;
  for (const auto& secret : secrets) masks.add(secret);
  Masker masker(masks);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) masker.feed(text.substr(at, step), out);
  masker.finish(out);
  return out;
}

void expect_masked(const std::vector<std::string>& secrets, std::string_view text,
                   std::string_view expected) {
  for (std::size_t step = 1; step <= text.size() + 1; ++step) {
    EXPECT_EQ(masked(secrets, text, step), expected) << "in pieces of " << step;
  }
}

TEST(Masker, HidesASecretWhereverItIsCut) {
  expect_masked({"hunter2"}, "password hunter2, again hunter2hunter2.",
                "password ***, again ******.");
}

TEST(Masker, LeavesNearMissesAlone) {
  expect_masked({"hunter2"}, "hunter hunter1 hunte hunter", "hunter hunter1 hunte hunter");
}

TEST(Masker, HidesOverlappingSecretsWhole) {
  expect_masked({"abcab", "cabx"}, "-abcabx-", "-***-");
  expect_masked({"aaa"}, "baaaaab", "b***b");
  expect_masked({"abc", "bcdef"}, "abcd abcdef", "***d ***");
}

TEST(Masker, HidesASecretOfSeveralLinesAndEachOfItsLines) {
  expect_masked({"first line\nsecond line"}, "x first line\nsecond line y", "x *** y");
  expect_masked({"first line\nsecond line"}, "only second line here", "only *** here");
}

TEST(Masker, WithoutSecretsNothingChanges) { expect_masked({}, "any ***\n", "any ***\n"); }

TEST(Masker, EmptyAndTinySecretsAreNoSecrets) {
  expect_masked({"", "a", "ab"}, "ab abab", "ab abab");
}

TEST(Masker, HoldsBackOnlyWhatMayBeASecret) {
  MaskSet masks;
  masks.add("secret");
  Masker masker(masks);
  std::string out;
  masker.feed("epoch 3 done, sec", out);
  EXPECT_EQ(out, "epoch 3 done, ");
  masker.feed("onds left\n", out);
  EXPECT_EQ(out, "epoch 3 done, seconds left\n");
  EXPECT_FALSE(masker.holds_back());
}

TEST(Masker, ALongRunOfASecretsBeginningStaysLinear) {
  const std::string text(200'000, 'a');
  std::string secret(50, 'a');
  secret.push_back('b');
  EXPECT_EQ(masked({secret}, text, 4096), text);
}

// The same bytes in the usual spellings, computed by other programs.
TEST(MaskForms, KnowsTheUsualSpellings) {
  const std::string secret = "pa$$ w/ö\"rd";
  const std::vector<std::string> spelled = {
      "pa$$ w/ö\"rd",                  // as it is
      "cGEkJCB3L8O2InJk",              // base64
      "dXNlcjpwYSQkIHcvw7YicmQ6eA==",  // base64 of user:...:x
      "eDpwYSQkIHcvw7YicmQs",          // base64 of x:...,
      "MHBhJCQgdy/DtiJyZA==",          // base64 of 0...
      "pa%24%24%20w%2F%C3%B6%22rd",    // percent-encoded
      "pa%24%24%20w%2f%c3%b6%22rd",    //
      "pa%24%24+w%2F%C3%B6%22rd",      // as a form
      "pa%24%24+w%2f%c3%b6%22rd",      //
      "pa$$ w/ö\\\"rd",                // in JSON
      "pa$$ w\\/ö\\\"rd",              // in JSON with \/
      "706124242077"
      "2fc3b6227264",  // hexadecimal
      "706124242077"
      "2FC3B6227264",  //
  };
  for (const std::string& text : spelled) {
    EXPECT_NE(masked({secret}, "<" + text + ">", 7).find("***"), std::string::npos) << text;
  }
}

TEST(MaskForms, UrlSafeBase64) {
  const std::string secret = "\xfb\xff\xbe>>>???";
  EXPECT_EQ(masked({secret}, "-_--Pj4-Pz8_", 3), "***");
}

TEST(MaskForms, NoneIsShort) {
  for (const std::string& form : mask_forms("abc\nd\n\nefg"))
    EXPECT_GE(form.size(), kShortestMask) << form;
}

}  // namespace
}  // namespace tidemill
