// Tokens and the cookie that carries one: what is accepted is exactly what was given out.
#include "scheduler/people/bearer.h"

#include <gtest/gtest.h>

#include <set>

#include "scheduler/people/cookie.h"
#include "scheduler/people/names.h"

namespace tidemill {
namespace {

TEST(Bearer, TokensHaveTheirShapeAndAreAllDifferent) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = make_token(TokenKind::api);
    EXPECT_EQ(token.size(), 53u);
    EXPECT_EQ(token.substr(0, 4), "tm_a");
    EXPECT_TRUE(is_token(token, TokenKind::api));
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Bearer, OneKindIsNotAnother) {
  const std::string token = make_token(TokenKind::session);
  EXPECT_TRUE(is_token(token, TokenKind::session));
  for (const TokenKind other : {TokenKind::api, TokenKind::link, TokenKind::worker}) {
    EXPECT_FALSE(is_token(token, other));
  }
}

TEST(Bearer, WhatWasCutMistypedOrExtendedIsNoToken) {
  const std::string token = make_token(TokenKind::api);
  for (std::size_t i = 0; i < token.size(); ++i) {
    EXPECT_FALSE(is_token(token.substr(0, i), TokenKind::api)) << i;
    std::string changed = token;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(is_token(changed, TokenKind::api)) << i;
    std::string swapped = token;
    if (i > 0 && swapped[i] != swapped[i - 1]) {
      std::swap(swapped[i], swapped[i - 1]);
      EXPECT_FALSE(is_token(swapped, TokenKind::api)) << i;
    }
  }
  for (const std::string& text :
       {token + "x", token + " ", " " + token, token + '\0', token + token, std::string("nothing"),
        std::string(), std::string("tm_a"), std::string(1 << 20, 'A'), std::string(53, '\xff')}) {
    EXPECT_FALSE(is_token(text, TokenKind::api)) << text.size();
  }
}

TEST(Bearer, WhatIsStoredOfATokenDoesNotHoldIt) {
  const std::string token = make_token(TokenKind::api);
  EXPECT_EQ(token_hash(token).size(), 64u);
  EXPECT_EQ(token_hash(token), token_hash(token));
  EXPECT_EQ(token_prefix(token), token.substr(0, 8));
  EXPECT_EQ(token_prefix("ab"), "ab");
}

TEST(Bearer, AFormTokenBelongsToOneSession) {
  const std::string one = make_token(TokenKind::session);
  EXPECT_TRUE(same_text(csrf_token(one), csrf_token(one)));
  EXPECT_FALSE(same_text(csrf_token(one), csrf_token(make_token(TokenKind::session))));
  EXPECT_FALSE(same_text(csrf_token(one), token_hash(one)));
  EXPECT_FALSE(same_text("abc", "ab"));
  EXPECT_TRUE(same_text("", ""));
}

TEST(Cookie, HasEveryProtectionThatTheTransportAllows) {
  const std::string token = make_token(TokenKind::session);
  EXPECT_EQ(session_cookie(token, Transport::plain, std::chrono::hours(1)),
            "tidemill=" + token + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
  EXPECT_EQ(
      session_cookie(token, Transport::tls, std::chrono::hours(1)),
      "__Host-tidemill=" + token + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600; Secure");
  EXPECT_EQ(no_session_cookie(Transport::plain),
            "tidemill=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST(Cookie, IsFoundAmongOthersUnderItsOwnNameAlone) {
  const std::string token = make_token(TokenKind::session);
  const auto plain = [](const std::string& header) {
    return session_token_of(header, Transport::plain);
  };
  EXPECT_EQ(plain("tidemill=" + token), token);
  EXPECT_EQ(plain("a=b; tidemill=" + token + " ; c=d=e;;"), token);
  EXPECT_EQ(plain("tidemill2=" + token), "");
  EXPECT_EQ(plain("xtidemill=" + token), "");
  EXPECT_EQ(plain("Tidemill=" + token), "");
  EXPECT_EQ(plain("__Host-tidemill=" + token), "");
  EXPECT_EQ(plain("tidemill=\"" + token + "\""), "");
  EXPECT_EQ(plain("tidemill"), "");
  EXPECT_EQ(plain(""), "");
  EXPECT_EQ(plain("tidemill=" + make_token(TokenKind::api)), "");
  // Another host of the domain may have planted one: neither is believed.
  EXPECT_EQ(plain("tidemill=" + token + "; tidemill=" + make_token(TokenKind::session)), "");
  EXPECT_EQ(session_token_of("tidemill=" + token, Transport::tls), "");
  EXPECT_EQ(session_token_of("__Host-tidemill=" + token, Transport::tls), token);
}

TEST(Names, AreTheseAndNoOthers) {
  for (const char* name : {"ann", "a", "a.b-c_d", "0day"}) EXPECT_TRUE(check_user_name(name).ok());
  for (const std::string& name :
       {std::string(), std::string("Ann"), std::string(".ann"), std::string("-rf"),
        std::string("a b"), std::string("ann\n"), std::string("a/b"), std::string("\xc3\xa4"),
        std::string("system"), std::string("local"), std::string("a\0b", 3),
        std::string(65, 'a')}) {
    EXPECT_FALSE(check_user_name(name).ok()) << name;
  }
  EXPECT_TRUE(check_user_name(std::string(64, 'a')).ok());
  EXPECT_TRUE(check_secret_name("DB_password.2").ok());
  for (const char* name : {"", ".", "..", ".x", "a/b", "a b", "a=b"}) {
    EXPECT_FALSE(check_secret_name(name).ok()) << name;
  }
  EXPECT_TRUE(check_dag_name("listing_category").ok());
  for (const char* name : {"", "_a", "1a", "A", "a-b", "a.b", "a%"}) {
    EXPECT_FALSE(check_dag_name(name).ok()) << name;
  }
}

}  // namespace
}  // namespace tidemill
