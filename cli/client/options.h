// The commands that talk to a scheduler, each as a function of its options; they return exit codes.
// commands.cc owns the words on the command line, these own what happens.
#pragma once

#include <string>
#include <vector>

#include "cli/client/address.h"

namespace tidemill::client {

struct ClientOptions : ServerOptions {
  bool json = false;  // what the API answers, instead of a table or a sentence
};

struct StatusCommand : ClientOptions {};
int run_status(const StatusCommand& options);

struct WorkersCommand : ClientOptions {};
int run_workers(const WorkersCommand& options);

struct DagsCommand : ClientOptions {
  std::string dag;  // empty = all
};
int run_dags(const DagsCommand& options);

struct TriggerCommand : ClientOptions {
  std::string dag;
  std::vector<std::string> params;  // "name=value"
  std::string params_from;          // a file with a JSON object, "-" = standard input
  std::string key;                  // the same key starts the same run only once
  bool wait = false;
  bool follow = false;  // wait, and say what happens
  std::string timeout;  // of waiting, "30m"; empty = none
};
int run_trigger(const TriggerCommand& options);

struct CancelCommand : ClientOptions {
  std::string run;
  std::string reason;
  bool force = false;
};
int run_cancel(const CancelCommand& options);

}  // namespace tidemill::client
