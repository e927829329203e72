// Listening sockets, and who is at the other end of an accepted one.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "scheduler/http/admission.h"
#include "scheduler/http/server.h"

namespace tidemill::http {

// Binds and listens; non-blocking. Sets endpoint.port to the bound one. A Unix socket that nobody
// listens on any more is replaced.
Result<Fd> listen_on(Endpoint& endpoint);

// The peer of a TCP connection, or of a Unix socket: there only root and the user of this process
// are let in.
Result<Peer> identify_peer(int fd, bool unix_socket);

}  // namespace tidemill::http
