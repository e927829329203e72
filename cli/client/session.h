// The frame of every client command: the API is found, errors become exit codes, answers are
// printed as JSON or for people.
#pragma once

#include <functional>
#include <string>

#include "cli/client/api.h"
#include "cli/client/options.h"

namespace tidemill::client {

// Calls `body` with the API and returns its exit code; what it could not do is reported.
int with_api(const ServerOptions& options, const std::function<Result<int>(Api&)>& body);

// One line on standard output.
void print_json(const Json& json);

// Prints `answer` when --json is given, otherwise `sentence`; kExitOk.
int say(const ClientOptions& options, const Json& answer, const std::string& sentence);

// Asks on the terminal and waits for an answer; anything but yes is no. An error when there is no
// terminal to ask on: it names `--yes`.
Result<bool> confirm(const std::string& question);

}  // namespace tidemill::client
