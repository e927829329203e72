// Tokens: what somebody shows to be let in. A token is "tm_", a letter for its kind, 256 random
// bits as 43 characters of url-safe base64, and six characters that check the rest, so that a
// mistyped or cut one is told apart from a revoked one without looking anywhere, and scanners of
// public code find leaked ones. Only its SHA-256 is ever stored. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

enum class TokenKind : std::uint8_t { api, session, link, worker };

std::string make_token(TokenKind kind);
// Whether the text has the shape of such a token, whatever its length. Says nothing about whether
// anybody gave it out.
bool is_token(std::string_view text, TokenKind kind);
// What is stored and looked up. An index compares hashes, so how long that takes tells nothing
// about a token.
std::string token_hash(std::string_view token);
// "tm_aB3dE": to recognise a token by, too little to guess it.
std::string token_prefix(std::string_view token);

// For forms: proves that a page was made for this session. It follows from the session's token
// and is stored nowhere.
std::string csrf_token(std::string_view session_token);
// In a time that does not depend on where the texts differ.
bool same_text(std::string_view a, std::string_view b);

}  // namespace tidemill
