// Where the scheduler is that a command talks to: --server URL, $TIDEMILL_SERVER, or the Unix
// socket of the data folder, in this order.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill::client {

// What every client command takes on its command line.
struct ServerOptions {
  std::string server;    // --server; empty = not given
  std::string data_dir;  // --data-dir; empty = the default one
};

struct Address {
  std::string unix_path;  // set: the socket of a scheduler on this machine
  bool tls = false;
  std::string host;  // a name or an address, IPv6 without brackets
  int port = 0;
  std::string shown;  // for sentences: the URL, or the data folder

  bool is_local() const { return !unix_path.empty(); }
  // What stands in the Host header.
  std::string authority() const;
};

// http:// or https://, a host, perhaps a port (8420, with https 443), nothing behind it. Names and
// passwords in it are refused: they would be seen in process lists and histories.
Result<Address> parse_server(const std::string& url);

Result<Address> find_server(const ServerOptions& options);

// Whether the server was named, rather than being the one of a data folder.
bool is_named(const ServerOptions& options);

// Does somebody listen on the Unix socket? Always true for other addresses, which only a request
// can tell.
bool may_answer(const Address& address);

}  // namespace tidemill::client
