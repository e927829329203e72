// Options of the commands about who is on call and what is not told.
#pragma once

#include <string>
#include <vector>

#include "cli/client/options.h"

namespace tidemill::client {

struct OnCallCommand : ClientOptions {
  std::string rotation;  // empty = all
  std::string at;        // a time; empty = now
};
int run_on_call(const OnCallCommand& options);
int run_on_call_next(const OnCallCommand& options);
int run_on_call_overrides(const OnCallCommand& options);

struct OverrideCommand : ClientOptions {
  std::string rotation;
  std::vector<std::string> users;
  std::string from, until;  // times, or durations from now on
  std::string reason;
  std::string id;  // of one that is taken back
};
int run_on_call_override(const OverrideCommand& options);
int run_on_call_remove(const OverrideCommand& options);

struct SilencesCommand : ClientOptions {
  bool all = false;  // also those that are over
  int limit = 50;
};
int run_silences(const SilencesCommand& options);

struct SilenceCommand : ClientOptions {
  std::string dag, task, cause;  // with * and ?
  std::vector<std::string> severities;
  std::string reason;
  std::string from, until;  // times, or durations from now on
  bool maintenance = false;
  std::string id;  // of one that is ended
};
int run_silence_add(const SilenceCommand& options);
int run_silence_end(const SilenceCommand& options);

}  // namespace tidemill::client
