// How a worker proves that it has its token without sending it, after SCRAM (RFC 5802):
//
//   worker's key = HMAC(token, "tidemill worker key")     only the worker can make it
//   stored key   = SHA-256(worker's key)                  what the scheduler keeps
//   masked key   = worker's key XOR HMAC(stored key, both nonces, TLS binding, version, worker)
//
// The scheduler takes the mask off and compares the hash. Whoever reads its database has only
// stored keys, from which no proof can be made; a recorded proof is good for no other connection;
// and one that is passed on by somebody between the two ends is good for nothing. Pure but for
// make_nonce().
#pragma once

#include <string>
#include <string_view>

#include "protocol/messages.h"

namespace tidemill {

// 32 bytes that nobody can foretell.
std::string make_nonce();

std::string worker_key(std::string_view token);         // 32 bytes
std::string stored_worker_key(std::string_view token);  // as hex, 64 characters

// What both ends know of this connection.
struct ProofContext {
  std::string_view scheduler_nonce;  // of the Challenge
  std::string_view binding;          // TlsStream::binding(), of this side
};

message::Proof make_proof(std::string_view token, const ProofContext& context,
                          const std::string& worker);
// In a time that does not depend on what differs. `stored_key` as hex; another text proves nothing.
bool proves(const message::Proof& proof, const ProofContext& context, std::string_view stored_key);

}  // namespace tidemill
