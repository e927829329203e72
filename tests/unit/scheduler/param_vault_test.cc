#include "scheduler/people/param_vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

class ParamVaultTest : public ::testing::Test {
 protected:
  ParamVaultTest() {
    dag_.params.resize(3);
    dag_.params[0].name = "word";
    dag_.params[0].type = ParamType::secret;
    dag_.params[1].name = "other";
    dag_.params[1].type = ParamType::secret;
    dag_.params[2].name = "shape";
    dag_.params[2].type = ParamType::object;
  }
  Json::Object sealed(const std::string& word) {
    return vault_.seal(dag_, {{"word", Json(word)}}).value();
  }

  testing::TemporaryDirectory folder_;
  Dag dag_;
  ParamVault vault_{folder_.path()};
};

TEST_F(ParamVaultTest, WhatIsSealedIsNotReadAndOpensAgain) {
  const Json::Object given = {{"word", Json("c4n4ry")},
                              {"other", Json()},
                              {"shape", Json(Json::Object{{"sealed", Json("a.b")}})}};
  const Json::Object kept = vault_.seal(dag_, given).value();
  const std::string text = Json(kept).dump();
  EXPECT_EQ(text.find("c4n4ry"), std::string::npos) << text;
  EXPECT_EQ(kept[1].second, Json());
  EXPECT_EQ(kept[2].second, given[2].second) << "no secret, whatever it looks like";
  ParamVault later(folder_.path());
  EXPECT_EQ(Json(later.open(dag_, kept).value()), Json(given));
}

TEST_F(ParamVaultTest, WhatWasStoredInClearIsTakenAsItIs) {
  const Json::Object clear = {{"word", Json("c4n4ry")}};
  EXPECT_EQ(Json(vault_.open(dag_, clear).value()), Json(clear));
}

TEST_F(ParamVaultTest, TwoRunsWithTheSameWordCanBeCompared) {
  EXPECT_EQ(Json(sealed("a")), Json(sealed("a")));
  EXPECT_NE(Json(sealed("a")), Json(sealed("b")));
  const Json::Object other = vault_.seal(dag_, {{"other", Json("a")}}).value();
  EXPECT_NE(other[0].second, sealed("a")[0].second);
}

TEST_F(ParamVaultTest, TheTextOfOneParameterDoesNotOpenAsAnother) {
  Json::Object moved = sealed("c4n4ry");
  moved[0].first = "other";
  EXPECT_EQ(vault_.open(dag_, moved).error().code, ErrorCode::corrupt);
  for (const char* text : {"", ".", "x", "AAAA.", ".AAAA", "AAAA.AAAA"}) {
    const Json::Object forged = {{"word", Json(Json::Object{{"sealed", Json(text)}})}};
    EXPECT_EQ(vault_.open(dag_, forged).error().code, ErrorCode::corrupt) << text;
  }
}

TEST_F(ParamVaultTest, TheKeyIsMadeWithTheFirstSecretForItsOwnerAlone) {
  struct stat st {};
  const std::string file = folder_ / "params.key";
  EXPECT_TRUE(vault_.seal(dag_, {{"other", Json()}}).ok());
  EXPECT_NE(::stat(file.c_str(), &st), 0);
  sealed("a");
  ASSERT_EQ(::stat(file.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777u, 0600u);
}

TEST_F(ParamVaultTest, WithoutTheKeyItSaysWhichFileIsMissing) {
  const Json::Object kept = sealed("a");
  ASSERT_EQ(::unlink((folder_ / "params.key").c_str()), 0);
  ParamVault later(folder_.path());
  const auto opened = later.open(dag_, kept);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("params.key"), std::string::npos);
}

TEST_F(ParamVaultTest, AKeyThatOthersMayReadIsRefused) {
  sealed("a");
  ASSERT_EQ(::chmod((folder_ / "params.key").c_str(), 0644), 0);
  ParamVault later(folder_.path());
  EXPECT_FALSE(later.seal(dag_, {{"word", Json("b")}}).ok());
}

}  // namespace
}  // namespace tidemill
