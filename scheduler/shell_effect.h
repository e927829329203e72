// What the loop does for the engine once the turn's batch is committed, and never before. Each may
// be lost with the process or the link: the next start or the next hello derives it again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.h"
#include "core/wait_for.h"
#include "core/words.h"
#include "protocol/messages.h"

namespace tidemill {

// One connection of one agent, numbered by the loop, never reused within a process.
using LinkId = Id<struct LinkTag>;

namespace shell_effect {

// `start.secrets` is empty: the loop fills it in from these (variable, secret name) at the moment
// of sending, so that secret values are never stored.
struct SendStart {
  LinkId link;
  message::Start start;
  std::vector<std::pair<std::string, std::string>> secret_names;
};

struct Send {
  LinkId link;
  Message message;
};

struct Close {
  LinkId link;
  std::string why;
  bool for_what_it_said = false;  // and not for its silence
};

// For people, once.
struct Note {
  std::string text;
};

struct RunEnded {
  RunId run;
  RunState state;
};

struct DeadlineMissed {
  RunId run;
};

// Look whether it is there what the task waits for; the answer goes to Engine::on_looked.
struct Look {
  RunId run;
  TaskIndex task;
  WallTime since;  // since when it waits: names this wait of the task
  WaitTarget target;
  std::string directory;    // absolute; relative paths begin there
  bool head = false;        // http: HEAD instead of GET
  std::vector<int> status;  // http: the answers that count; empty = 200 to 299
};

}  // namespace shell_effect

using ShellEffect = std::variant<shell_effect::SendStart, shell_effect::Send, shell_effect::Close,
                                 shell_effect::Note, shell_effect::RunEnded,
                                 shell_effect::DeadlineMissed, shell_effect::Look>;

}  // namespace tidemill
