// What a refusal of the API means to the person who typed the command.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/client/http.h"

namespace tidemill::client {

// For a reply whose status is not 2xx: the sentence of its problem document (RFC 9457), with what
// to do. 404 becomes not_found, a wrong value invalid, all else conflict or unavailable.
Error problem_of(const HttpReply& reply, const Address& address);

}  // namespace tidemill::client
