// Calls that prove themselves by a signature over their body, as Standard Webhooks 1.0.0 says
// (headers webhook-id, webhook-timestamp, webhook-signature; symmetric signatures, "v1"). Any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tidemill {

struct SignedCall {
  std::string_view id;          // webhook-id
  std::string_view timestamp;   // webhook-timestamp: whole seconds since 1970
  std::string_view signatures;  // webhook-signature: "v1,BASE64", several with spaces between
  std::string_view body;        // as it came, byte for byte
};

// How far the clocks of sender and receiver may differ, and how old a call may be.
inline constexpr Duration kCallTolerance = std::chrono::minutes(5);
inline constexpr std::size_t kMaxCallIdBytes = 200;

// Whether one of the signatures is HMAC-SHA256 with this secret: the bytes behind "whsec_" in
// base64, or else the bytes of the text. How long it takes does not depend on the signatures'
// content. Never true for a call without id, timestamp or signature.
bool is_signed_with(const SignedCall& call, std::string_view secret);

// The value of webhook-signature for a call of ours. `invalid` when the secret is none.
Result<std::string> sign_call(const SignedCall& call, std::string_view secret);

// Whether one of the signatures of PagerDuty's webhooks (X-PagerDuty-Signature: "v1=HEX,v1=HEX") is
// HMAC-SHA256 of the body with this secret.
bool is_signed_by_pagerduty(std::string_view body, std::string_view signatures,
                            std::string_view secret);

// Whether the call's own time is within kCallTolerance of `now`.
bool is_recent(const SignedCall& call, WallTime now);

}  // namespace tidemill
